/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Completion: the parser reads the words so far, and where they end, whatever it
 * asks for is printed as what may come. So there is one grammar, the parser's.
 * Errors are silent meanwhile, and nothing is sent but what asks for names.
 */
#ifndef VPCCTL_COMPLETE_H
#define VPCCTL_COMPLETE_H

#include "vpcctl.h"

/* WORD... BEGINNING: prints what may come after the words and begins so. */
int complete_run(struct args *args, int (*run)(struct args *args));

bool completing(void);
/* Completing, and no word is left. */
bool complete_at(const struct args *args);
bool complete_at_option(const struct args *args);
bool complete_may_send(void);
/* Names are not asked for: it would not be where the command will be run. */
void complete_blindly(void);

/* These may be called anywhere: they do nothing unless complete_at(). */
void complete_word(const struct args *args, const char *word);
void complete_option(const struct args *args, const char *option);
/* What stands there in the grammar, in capitals; other texts are left out. */
void complete_hint(const struct args *args, const char *what);
void complete_names(const struct args *args, const struct object *object);
void complete_devices(const struct args *args);
void complete_files(const struct args *args, const char *directory);

#endif
