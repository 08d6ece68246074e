//===- ElementTypes.cpp - Size and name of element types ------------------===//

#include "runtime/lib/ElementTypes.h"

#include <iterator>

using namespace llmrt;

/// In the order of ElementType.
static constexpr struct {
  const char *name;
  uint64_t bytes;
} types[] = {
    {"f32", 4},        {"bf16", 2},     {"f16", 2},        {"i8", 1},
    {"i32", 4},        {"i64", 8},      {"u8", 1},         {"f64", 8},
    {"i16", 2},        {"u16", 2},      {"u32", 4},        {"u64", 8},
    {"bool", 1},       {"f8e4m3fn", 1}, {"f8e4m3fnuz", 1}, {"f8e5m2", 1},
    {"f8e5m2fnuz", 1}, {"f8e8m0", 1},   {"f4e2m1", 1},     {"i4", 1},
    {"u4", 1},         {"i2", 1},       {"u2", 1},         {"c64", 8},
    {"c128", 16},      {"string", 8},
};
static_assert(std::size(types) == size_t(ElementType::String) + 1);

uint64_t llmrt::elementBytes(ElementType type) {
  return size_t(type) < std::size(types) ? types[size_t(type)].bytes : 0;
}

const char *llmrt::elementName(ElementType type) {
  return size_t(type) < std::size(types) ? types[size_t(type)].name : nullptr;
}
