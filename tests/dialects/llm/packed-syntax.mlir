// RUN: llm-opt %s | llm-opt | FileCheck %s

// CHECK: func.func private @numbers(!llm.packed<1536x576, #llm.dense<bf16>>)
func.func private @numbers(!llm.packed<1536x576, #llm.dense<bf16>>)

// CHECK: func.func private @less_than_a_panel_and_a_block(!llm.packed<1x1, #llm.grouped<bits = 4, group = 32, zero = 8, minimum = false, super = 0>>)
func.func private @less_than_a_panel_and_a_block(!llm.packed<1x1, #llm.grouped<bits = 4, group = 32, zero = 8, minimum = false, super = 0>>)
