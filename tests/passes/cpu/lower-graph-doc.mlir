// RUN: llm-opt %s --llm-lower-graph=symbol=llm_step | FileCheck %s

// CHECK:     llvm.mlir.global internal constant @[[MESSAGE:.*]]("x is empty\00")
// CHECK:     func.func private @graph(%[[CONTEXT:[^:]*]]: !llvm.ptr, %{{.*}}: i64, %[[X:.*]]: memref<?xf32>)
// CHECK:       %[[CLOSURE:.*]] = llvm.alloca
// CHECK:       scf.if
// CHECK:         %[[TEXT:.*]] = llvm.mlir.addressof @[[MESSAGE]]
// CHECK:         llvm.call @graph_abandon(%[[CONTEXT]], %[[TEXT]])
// CHECK:       llvm.intr.umul.with.overflow
// CHECK:       llvm.call @graph_allocate(%[[CONTEXT]],
// CHECK:       llvm.store %{{.*}}, %{{.*}} : !llvm.ptr
// CHECK:       %[[KERNEL:.*]] = llvm.mlir.addressof @kernel.0.team
// CHECK:       llvm.call @graph_launch(%[[CONTEXT]], %[[KERNEL]], %[[CLOSURE]],
// CHECK:     llvm.func internal @kernel.0.team(%[[CONTEXT:[^:]*]]: !llvm.ptr, %[[THREAD:[^:]*]]: i64, %{{.*}}: !llvm.ptr, %{{.*}}: i64, %{{.*}}: i64)
// CHECK:       call @kernel.0(%[[CONTEXT]], %[[THREAD]],
// CHECK:     func.func @llm_step(%[[CONTEXT:[^:]*]]: !llvm.ptr, %{{.*}}: i32)
// CHECK:       scf.if
// CHECK:         call @graph(%[[CONTEXT]],
// CHECK:       } else {
// CHECK:         llvm.call @graph_claim(%[[CONTEXT]],
func.func private @graph(%context: !llvm.ptr, %thread: i64, %x: memref<?xf32>) -> memref<?xf32> attributes {llm.graph} {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %n = memref.dim %x, %c0 : memref<?xf32>
  %some = arith.cmpi ne, %n, %c0 : index
  llm.require %some, "x is empty"
  %y = memref.alloc(%n) : memref<?xf32>
  llm.launch @kernel.0 tiles %c1 work %n (%x, %y) : memref<?xf32>, memref<?xf32>
  return %y : memref<?xf32>
}
func.func private @kernel.0(!llvm.ptr, i64, index, index, memref<?xf32>, memref<?xf32>)
llvm.func @team_wake(!llvm.ptr, !llvm.ptr)
llvm.func @team_await(!llvm.ptr, !llvm.ptr, i32)
llvm.func @team_claim(!llvm.ptr, i32) -> !llvm.struct<(i32, i32)>
