// RUN: llm-opt %s --llm-release-buffers | FileCheck %s

// CHECK-LABEL: func.func @graph(
// CHECK:         %[[A:.*]] = memref.alloc() {bufferization.manual_deallocation}
// CHECK:         linalg.exp {{.*}} outs(%[[A]] :
// CHECK:         %[[VIEW:.*]] = memref.subview %[[A]]
// CHECK:         %[[Y:.*]] = memref.alloc() : memref<4xf32>
// CHECK:         linalg.exp ins(%[[VIEW]] :
// CHECK-NEXT:    memref.dealloc %[[A]] {bufferization.manual_deallocation}
// CHECK:         linalg.exp
// CHECK-NOT:     memref.dealloc
// CHECK:         return %[[Y]]
func.func @graph(%x: memref<8xf32>) -> memref<4xf32> attributes {llm.graph} {
  %a = memref.alloc() : memref<8xf32>
  linalg.exp ins(%x : memref<8xf32>) outs(%a : memref<8xf32>)
  %view = memref.subview %a[0] [4] [1] : memref<8xf32> to memref<4xf32, strided<[1]>>
  %y = memref.alloc() : memref<4xf32>
  linalg.exp ins(%view : memref<4xf32, strided<[1]>>) outs(%y : memref<4xf32>)
  linalg.exp ins(%y : memref<4xf32>) outs(%y : memref<4xf32>)
  return %y : memref<4xf32>
}
