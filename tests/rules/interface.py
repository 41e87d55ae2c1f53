#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Prints a C file that defines every public function as the headers declare
it, without a body that does anything."""
import re

import project


def main():
    print("#include <syngan.h>")
    for header in project.public_headers():
        for declaration in project.declaration_texts(header):
            body = declaration.rstrip(";") + " { __builtin_trap(); }"
            print(re.sub(r"\s+", " ", body))


main()
