// RUN: llm-opt %s --llm-lower-team=symbol=llm_step | FileCheck %s

// CHECK:     func.func private @rows_to_1(%[[CONTEXT:[^:]*]]: !llvm.ptr, %{{.*}}: i64)
// CHECK:       llvm.atomicrmw add {{.*}} monotonic : !llvm.ptr, i32
// CHECK:       llvm.call @team_barrier(%[[CONTEXT]])
// CHECK:     func.func private @rows_to_512(
// CHECK:     func.func @llm_step(%[[CONTEXT:[^:]*]]: !llvm.ptr, %{{.*}}: i32)
// CHECK:       %[[FITS:.*]] = arith.cmpi sle
// CHECK:       scf.if %[[FITS]]
// CHECK:         call @rows_to_1(%[[CONTEXT]]
// CHECK:       } else {
// CHECK:         call @rows_to_512(%[[CONTEXT]]
// CHECK:     llvm.func internal @team_barrier(
// CHECK-NOT: !llm.team
module attributes {llm.scratch_bytes = 64 : i64} {
  func.func private @rows_to_1(%team: !llm.team) attributes {llm.rows = array<i64: 1, 1>} {
    %t = llm.claim_tile %team
    llm.barrier %team
    return
  }
  func.func private @rows_to_512(%team: !llm.team) attributes {llm.rows = array<i64: 2, 512>} {
    llm.barrier %team
    return
  }
}
