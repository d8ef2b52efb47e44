/*
 * Text from outside on its way to a terminal. Threads: main thread.
 */
#ifndef BE_CLI_SAFE_H
#define BE_CLI_SAFE_H

#include <stdio.h>

/* Prints text without what could command a terminal (see report/escape.h). */
void be_safe_print(FILE *stream, const char *text);

#endif
