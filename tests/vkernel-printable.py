#!/usr/bin/env python3
# Copyright (c) 2026 The dpdkvkernel Authors.
#
# Licensed under the Apache License, Version 2.0 (the "License");
# you may not use this file except in compliance with the License.
# You may obtain a copy of the License at:
#
#     http://www.apache.org/licenses/LICENSE-2.0
#
# Unless required by applicable law or agreed to in writing, software
# distributed under the License is distributed on an "AS IS" BASIS,
# WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
# See the License for the specific language governing permissions and
# limitations under the License.

"""Has "test-vkernel printable" make text of bytes of every kind, and checks
what must hold of all that comes out: it is valid UTF-8, a reader sees each
character of it and reads them in order, its bytes can be had back, and it
stays as it is when it is made printable again."""

import re
import subprocess
import sys
import unicodedata

# The size of a "struct vkernel_shown", without the null byte.
SHOWN = 255


def make_characters():
    """Returns all characters beyond ASCII, with surrogates."""
    return [chr(c).encode('utf-8', 'surrogatepass')
            for c in range(0x80, 0x110000)]


def make_texts():
    """Returns other strings of bytes, none of which has a null byte or a
    backslash of its own."""
    every = [bytes([i]) for i in range(1, 256) if i != 0x5c]
    texts = every + [a + b for a in every[::3] for b in every[::2]]
    # Characters that are cut.
    for utf8 in make_characters()[::997]:
        texts += [utf8[:n] + tail for n in range(1, len(utf8))
                  for tail in (b'', b'x', b'"', '\xfc'.encode())]
    # Overlong ones, and some beyond the last.
    for first in range(0xc0, 0x100):
        texts += [bytes([first, second]) + b'\x80' * n
                  for second in range(0x80, 0xc0, 5) for n in range(5)]
    # One next to another, and long ones.
    kinds = ['a', '"', '\n', '\t', '\033[31m', '\x7f', '\x85', '\u00fc',
             '\u202e', '\u2028', '\u200b', '\u0301', '\u05d0', '\u65e5',
             '\ufeff', '\U0001f600', '\U000e0001']
    kinds = [kind.encode() for kind in kinds] + [b'\xff', b'\xc3', b'\xe6\x97']
    texts += [a + b + c for a in kinds for b in kinds for c in kinds]
    texts += [kind * 300 for kind in kinds]
    texts += [b'x' * n + kind * 300 for kind in kinds for n in range(245, 260)]
    return texts


def run(how, texts):
    output = subprocess.run(['test-vkernel', 'printable', how],
                            input=b''.join(text + b'\0' for text in texts),
                            stdout=subprocess.PIPE, check=True).stdout
    results = output.split(b'\0')
    assert results.pop() == b'' and len(results) == len(texts)
    return results


def is_visible(character):
    return (unicodedata.category(character)[0] != 'M'
            and unicodedata.bidirectional(character) not in ('R', 'AL', 'AN'))


def unescape(result):
    return re.sub(rb'\\([0-7]{3})', lambda m: bytes([int(m.group(1), 8)]),
                  result)


def check(how, text, result):
    shown = result.decode('utf-8')
    if how == 'lines':
        shown = shown.replace('\n', '').replace('\t', '')
    assert shown.isprintable(), 'not printable'
    assert (shown.isascii()
            or all(is_visible(character) for character in shown)), 'invisible'
    assert len(result) <= 4 * len(text), 'too long'
    if how == 'show':
        assert b'"' not in result, 'a quote'
        assert len(result) <= SHOWN, 'too long'
        if result.endswith(b'...') and not text.endswith(b'...'):
            assert len(result) > SHOWN - 10, 'cut too early'
            assert text.startswith(unescape(result[:-3])), 'changed'
            return
    assert unescape(result) == text, 'changed'


def main():
    for how in 'line', 'lines', 'show':
        texts = make_texts()
        if how == 'line':
            texts += make_characters()
        results = run(how, texts)
        for text, result in zip(texts, results):
            try:
                check(how, text, result)
            except (AssertionError, UnicodeDecodeError) as e:
                sys.exit(f'{how}: {text!r} became {result!r}: {e}')
        if run(how, results) != results:
            sys.exit(f'{how}: not the same when it is done again')
        print(f'{how}: all well')


main()
