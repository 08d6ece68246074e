// RUN: llm-opt %s --llm-lower-team=symbol=llm_step | FileCheck %s

// CHECK:     func.func private @rows_to_1(%[[CONTEXT:[^:]*]]: !llvm.ptr, %{{.*}}: i64)
// CHECK:       call @rows_to_1.linear(%[[CONTEXT]], %{{.*}}, %[[LAYER:.*]]) :
// CHECK:       llvm.call @team_barrier(%[[CONTEXT]])
// CHECK:     func.func private @rows_to_1.linear(%[[CONTEXT:[^:]*]]: !llvm.ptr, %{{.*}}: i64, %{{.*}}: index)
// CHECK:       llvm.call @team_claim(%[[CONTEXT]], %{{.*}}) : (!llvm.ptr, i32) -> !llvm.struct<(i32, i32)>
// CHECK:     func.func private @rows_to_512(
// CHECK:     func.func @llm_step(%[[CONTEXT:[^:]*]]: !llvm.ptr, %{{.*}}: i32)
// CHECK:       %[[FITS:.*]] = arith.cmpi sle
// CHECK:       scf.if %[[FITS]]
// CHECK:         call @rows_to_1(%[[CONTEXT]]
// CHECK:       } else {
// CHECK:         call @rows_to_512(%[[CONTEXT]]
// CHECK:     llvm.func internal @team_barrier(
// CHECK:     llvm.func internal @team_claim(
// CHECK:       llvm.cmpxchg
// CHECK-NOT: !llm.team
module attributes {llm.scratch_bytes = 64 : i64} {
  func.func private @rows_to_1(%team: !llm.team) attributes {llm.rows = array<i64: 1, 1>} {
    %layer = arith.constant 3 : index
    call @rows_to_1.linear(%team, %layer) : (!llm.team, index) -> ()
    llm.barrier %team
    return
  }
  func.func private @rows_to_1.linear(%team: !llm.team, %layer: index) {
    %first, %end = llm.claim_tiles %team of %layer
    return
  }
  func.func private @rows_to_512(%team: !llm.team) attributes {llm.rows = array<i64: 2, 512>} {
    llm.barrier %team
    return
  }
}
