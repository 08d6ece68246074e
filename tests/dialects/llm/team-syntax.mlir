// RUN: llm-opt %s | llm-opt | FileCheck %s

// CHECK: func.func private @round_trip(!llm.team)
func.func private @round_trip(!llm.team)
