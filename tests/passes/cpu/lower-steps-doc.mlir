// RUN: llm-opt %s --llm-lower-steps=max-rows=16 | FileCheck %s

// One buffer of one row, and 32 spare rows and a vector that tiles may touch.
// CHECK:     module attributes {llm.arena_bytes = 2176 : i64, llm.scratch_bytes = 0 : i64} {
// CHECK:     memref.global "private" constant @[[TABLE:.*]] : memref<2xi64> = dense<[0, 4096]>
// CHECK:     func.func private @one(%[[TEAM:.*]]: !llm.team) attributes {llm.rows = array<i64: 1, 1>
// CHECK:       call @one.load(%[[TEAM]],
// CHECK:       llm.barrier %[[TEAM]]
// CHECK:       scf.for %[[LAYER:.*]] =
// CHECK:         call @one.scale(%[[TEAM]], %[[LAYER]])
// CHECK:         llm.barrier %[[TEAM]]
// CHECK:       call @one.copy(%[[TEAM]],
// CHECK:       llm.barrier %[[TEAM]]
// CHECK:     func.func private @one.load(%[[TEAM:.*]]: !llm.team, %{{.*}}: index) attributes {{.*}}noinline
// CHECK:       %[[ROWS:.*]] = llm.context_dim %[[TEAM]] 0
// CHECK:       %[[TOKENS:.*]] = llm.context_buffer %[[TEAM]] "argument" 0
// CHECK:       scf.while
// CHECK:         llm.claim_tiles %[[TEAM]] of %[[ROWS]]
// CHECK:         scf.for %[[TILE:.*]] =
// CHECK:           memref.load %[[TOKENS]][%[[TILE]]]
// CHECK:     func.func private @one.scale(%[[TEAM:.*]]: !llm.team, %[[LAYER:.*]]: index)
// CHECK:       %[[OFFSETS:.*]] = memref.get_global @[[TABLE]]
// CHECK:       memref.load %[[OFFSETS]][%[[LAYER]]]
// CHECK:       llm.claim_tiles %[[TEAM]]
// CHECK:     func.func private @one.copy(
// CHECK:       llm.context_buffer %{{.*}} "argument" 1
// CHECK-NOT: llm.step
// CHECK-NOT: llm.phase
llm.parameter @scale : tensor<16xf32> from "F32" ["layers.0.scale", "layers.1.scale"]

llm.step @one rows [1, 1] arguments ["tokens"] outputs ["y"] {
^bb0(%tokens: tensor<?xi32>):
  %x = llm.phase "load" tiles affine_map<()[r, s, o, p, c] -> (r)> inputs(%tokens : tensor<?xi32>)
      accesses [#llm.access<(d0) -> (d0), [1]>, #llm.access<(d0) -> (d0, 0), [1, -1]>]
      reuses [-1] scratch [] -> tensor<?x16xf32> {
  ^bb0(%t: index, %in: memref<?xi32>, %out: memref<?x16xf32>):
    %token = memref.load %in[%t] : memref<?xi32>
    %number = arith.sitofp %token : i32 to f32
    memref.store %number, %out[%t, %t] : memref<?x16xf32>
    llm.yield
  }
  %y = llm.repeat %x kinds [0, 0] : tensor<?x16xf32> {
  ^bb0(%h: tensor<?x16xf32>, %layer: index):
    %w = llm.weight @scale[%layer] : tensor<16xf32>
    %n = llm.phase "scale" tiles affine_map<()[r, s, o, p, c] -> (r)> inputs(%h, %w : tensor<?x16xf32>, tensor<16xf32>)
        accesses [#llm.access<(d0) -> (d0, 0), [1, -1]>, #llm.access<(d0) -> (0), [-1]>, #llm.access<(d0) -> (d0, 0), [1, -1]>]
        reuses [0] scratch [] -> tensor<?x16xf32> {
    ^bb0(%t: index, %in: memref<?x16xf32>, %s: memref<16xf32>, %out: memref<?x16xf32>):
      %c0 = arith.constant 0 : index
      %v = vector.load %in[%t, %c0] : memref<?x16xf32>, vector<16xf32>
      %u = vector.load %s[%c0] : memref<16xf32>, vector<16xf32>
      %p = arith.mulf %v, %u : vector<16xf32>
      vector.store %p, %out[%t, %c0] : memref<?x16xf32>, vector<16xf32>
      llm.yield
    }
    llm.yield %n : tensor<?x16xf32>
  }
  %z = llm.phase "copy" tiles affine_map<()[r, s, o, p, c] -> (r)> inputs(%y : tensor<?x16xf32>)
      accesses [#llm.access<(d0) -> (d0, 0), [1, -1]>, #llm.access<(d0) -> (d0, 0), [1, -1]>]
      reuses [0] scratch [] -> tensor<?x16xf32> {
  ^bb0(%t: index, %in: memref<?x16xf32>, %out: memref<?x16xf32>):
    %c0 = arith.constant 0 : index
    %v = vector.load %in[%t, %c0] : memref<?x16xf32>, vector<16xf32>
    vector.store %v, %out[%t, %c0] : memref<?x16xf32>, vector<16xf32>
    llm.yield
  }
  llm.yield %z : tensor<?x16xf32>
}
