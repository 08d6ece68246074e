// RUN: llm-opt %s | llm-opt | FileCheck %s

// CHECK: llm.state_group @kv : !llm.state<heads = 3, head_dim = 64, page = 32, window = 0, element = f32> layers [0, 1, 2]
llm.state_group @kv : !llm.state<heads = 3, head_dim = 64, page = 32, window = 0, element = f32> layers [0, 1, 2]
