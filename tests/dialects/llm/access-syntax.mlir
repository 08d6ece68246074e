// RUN: llm-opt %s | llm-opt | FileCheck %s

// CHECK: func.func private @rows_of_a_tile() attributes {test.a = #llm.access<(d0, d1) -> (d0 * 12, 0), [12, -1]>}
func.func private @rows_of_a_tile() attributes {test.a = #llm.access<(d0, d1) -> (d0 * 12, 0), [12, -1]>}
// CHECK: func.func private @place_that_depends_on_data() attributes {test.a = #llm.access<(d0) -> (0)>}
func.func private @place_that_depends_on_data() attributes {test.a = #llm.access<(d0) -> (0)>}
