#pragma once
// FLINT 3 contains Arb; before that Arb is a library of its own (Debian 12: FLINT 2.9, Arb 2.23).

#if __has_include(<flint/arb.h>)
#include <flint/arb.h>
#else
#include <arb.h>
#endif
#include <flint/fmpq.h>
#include <flint/fmpz.h>
