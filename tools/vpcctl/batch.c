// SPDX-License-Identifier: GPL-2.0
/* Commands from a file, one per line, up to the first that fails. */
#include "lines.h"

int batch_run(const char *file)
{
	struct lines lines;
	struct args args;
	int err;

	err = lines_open(&lines, file);
	if (err)
		return err;
	while (!err && lines_next(&lines, &args))
		err = run_words(&args);
	return lines_close(&lines, err);
}
