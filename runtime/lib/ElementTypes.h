//===- ElementTypes.h - Size and name of element types ----------*- C++ -*-===//

#ifndef LLMRT_LIB_ELEMENTTYPES_H
#define LLMRT_LIB_ELEMENTTYPES_H

#include "runtime/lib/ObjectFormat.h"

namespace llmrt {

/// Bytes that an element takes in a graph value, 0 for a type that is none of
/// ElementType.
uint64_t elementBytes(ElementType type);

/// "f32"; null for a type that is none of ElementType.
const char *elementName(ElementType type);

} // namespace llmrt

#endif // LLMRT_LIB_ELEMENTTYPES_H
