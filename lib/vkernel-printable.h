/*
 * Copyright (c) 2026 The dpdkvkernel Authors.
 *
 * Licensed under the Apache License, Version 2.0 (the "License");
 * you may not use this file except in compliance with the License.
 * You may obtain a copy of the License at:
 *
 *     http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS,
 * WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 * See the License for the specific language governing permissions and
 * limitations under the License.
 */

#ifndef VKERNEL_PRINTABLE_H
#define VKERNEL_PRINTABLE_H 1

/* Text from outside, made fit to be shown.
 *
 * Whatever a kernel, another user, a file or DPDK hands over - the name of a
 * device, its alias, a path, a message - is bytes, not text.  The database
 * takes valid UTF-8 only, and its client stops at anything else; a terminal
 * obeys escape sequences; a log has one line for one message.  These functions
 * turn bytes into text that is valid UTF-8 and has nothing in it but what a
 * reader sees.
 *
 * ASCII from ' ' to '~' stays as it is, and so do characters of the scripts
 * that an administrator may well use in an alias and that are written from
 * left to right: 'characters' in vkernel-printable.c has them.  Each byte of
 * anything else becomes a backslash and three octal digits: control
 * characters, bytes that are not UTF-8, overlong and cut sequences,
 * surrogates, and characters that are invisible, that change the direction of
 * writing, or that combine with their neighbours.  A backslash stays, so that
 * the result is the same however often a text passes here.
 *
 * Where things are written, these functions are called for all of it: the
 * database, replies to commands, the log.  A message that has such text
 * between quotes calls VKERNEL_SHOW() for it besides, so that a name with
 * quotes can say nothing behind them; "make check-quotes" finds messages that
 * do not.  The kernel gets the bytes as they are.
 *
 * Pure: no state, no lock.  Any thread may call these functions. */

#include <stdbool.h>
#include <stddef.h>

struct smap;

/* Room for a text in a message: that of the longest name of a device, and of
 * most paths. */
struct vkernel_shown {
    char text[256];             /* With its null byte. */
};

/* Returns 'text' as one line.  Takes 'text' over and returns a string that the
 * caller must free().  NULL stays NULL. */
char *vkernel_printable(char *text);

/* The same for a text of several lines: '\n' and '\t' stay. */
char *vkernel_printable_lines(char *text);

/* Returns true if vkernel_printable_lines() leaves 'text' as it is. */
bool vkernel_printable_is_lines(const char *text);

/* Makes all values of 'smap' one line each. */
void vkernel_printable_smap(struct smap *smap);

/* Writes 'text' to 'shown' as something that can stand between quotes, so a
 * '"' in it becomes \042.  Cuts it, with "..." for its end, if it is too long
 * for 'shown'.  Returns 'shown->text'. */
const char *vkernel_printable_show(const char *text,
                                   struct vkernel_shown *shown);

/* The same with room of its own, which lasts until the end of the block. */
#define VKERNEL_SHOW(TEXT) \
    vkernel_printable_show(TEXT, &(struct vkernel_shown) { .text = "" })

#endif /* vkernel-printable.h */
