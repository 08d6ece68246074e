// RUN: llm-opt %s --split-input-file --verify-diagnostics

func.func @c1_size_is_missing(%pointer: !llvm.ptr) {
  // expected-error@+1 {{has 0 sizes for 1 dynamic dimensions}}
  %item = llm.view %pointer[] : memref<?x4xf32>
  return
}

// -----

func.func @c1_size_of_a_known_dimension(%pointer: !llvm.ptr, %n: index) {
  // expected-error@+1 {{has 1 sizes for 0 dynamic dimensions}}
  %item = llm.view %pointer[%n] : memref<4xf32>
  return
}

// -----

func.func @c2_columns_first(%pointer: !llvm.ptr) {
  // expected-error@+1 {{is dense and row-major; found 'memref<4x8xf32, strided<[1, 4]>>'}}
  %item = llm.view %pointer[] : memref<4x8xf32, strided<[1, 4]>>
  return
}
