#!/bin/bash
for s in $VPC_MINE; do echo "=== $s"; "selftests/$s.sh"; done
