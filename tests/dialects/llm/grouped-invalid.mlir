// RUN: llm-opt %s --split-input-file --verify-diagnostics

// expected-error@+1 {{grouped weights have 2, 3, 4, 5, 6 or 8 bits; found 7}}
func.func private @seven_bits(!llm.packed<16x64, #llm.grouped<bits = 7, group = 32, zero = 0, minimum = false, super = 0>>)

// -----

// expected-error@+1 {{a group is 16, 32, 64, 128 or 256 in features; found 24}}
func.func private @odd_group(!llm.packed<16x64, #llm.grouped<bits = 4, group = 24, zero = 0, minimum = false, super = 0>>)

// -----

// expected-error@+1 {{zero must be a quant of 4 bits; found 16}}
func.func private @zero_past_the_largest_quant(!llm.packed<16x64, #llm.grouped<bits = 4, group = 32, zero = 16, minimum = false, super = 0>>)

// -----

// expected-error@+1 {{super must be 0 or a multiple of 64 and of the group, 256 at most; found 96}}
func.func private @super_fills_no_run(!llm.packed<16x64, #llm.grouped<bits = 4, group = 32, zero = 0, minimum = false, super = 96>>)

// -----

// expected-error@+1 {{super must be 0 or a multiple of 64 and of the group, 256 at most; found 64}}
func.func private @super_less_than_a_group(!llm.packed<16x128, #llm.grouped<bits = 4, group = 128, zero = 0, minimum = false, super = 64>>)

// -----

// expected-error@+1 {{scales have 16 or 32 bits; found 8}}
func.func private @narrow_scales(!llm.packed<16x64, #llm.grouped<bits = 4, group = 32, zero = 0, minimum = false, super = 0, scaleBits = 8>>)

// -----

// expected-error@+1 {{groups that have zero points have no other zero, no minimum and no super-blocks}}
func.func private @two_zeros(!llm.packed<16x64, #llm.grouped<bits = 4, group = 32, zero = 8, minimum = false, super = 0, zeros = true>>)

// -----

// expected-error@+1 {{scales of super-blocks have 16 bits; found 32}}
func.func private @wide_super(!llm.packed<16x256, #llm.grouped<bits = 4, group = 32, zero = 0, minimum = false, super = 256, scaleBits = 32>>)
