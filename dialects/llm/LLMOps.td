//===- LLMOps.td - All ops of the llm dialect ------------------*- tablegen -*-===//

#ifndef LLM_OPS
#define LLM_OPS

include "dialects/llm/ActivationOps.td"
include "dialects/llm/AttentionOps.td"
include "dialects/llm/ControlOps.td"
include "dialects/llm/ExpertOps.td"
include "dialects/llm/GraphOps.td"
include "dialects/llm/LinearOps.td"
include "dialects/llm/NormOps.td"
include "dialects/llm/PagedOps.td"
include "dialects/llm/PositionOps.td"
include "dialects/llm/StepOps.td"
include "dialects/llm/WeightOps.td"

#endif
