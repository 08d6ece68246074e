//===- ReadBandwidth.h - How fast this machine reads memory ----*- C++ -*-===//

#ifndef LLM_COMPILER_READBANDWIDTH_H
#define LLM_COMPILER_READBANDWIDTH_H

namespace llm {

/// Bytes a second that `threads` threads read from memory together, measured in
/// a fraction of a second.
double measureReadBandwidth(unsigned threads);

} // namespace llm

#endif // LLM_COMPILER_READBANDWIDTH_H
