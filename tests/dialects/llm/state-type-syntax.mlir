// RUN: llm-opt %s | llm-opt | FileCheck %s

// CHECK: func.func private @every_token(!llm.state<heads = 3, head_dim = 64, page = 32, window = 0, element = bf16>)
func.func private @every_token(!llm.state<heads = 3, head_dim = 64, page = 32, window = 0, element = bf16>)

// CHECK: func.func private @a_window_of_bytes(!llm.state<heads = 1, head_dim = 80, page = 16, window = 128, element = i8>)
func.func private @a_window_of_bytes(!llm.state<heads = 1, head_dim = 80, page = 16, window = 128, element = i8>)
