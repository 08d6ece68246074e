//===- Filters.h - What the filters' files share --------------------------===//

#ifndef LLMRT_LIB_CHAT_TEMPLATE_FILTERS_H
#define LLMRT_LIB_CHAT_TEMPLATE_FILTERS_H

#include "runtime/lib/chat_template/Calls.h"
#include "runtime/lib/chat_template/Operators.h"

namespace llmrt::chat {

/// Filters that make text of a value.
Value applyTextFilter(Heap &heap, FilterId id, const Value &value,
                      Arguments &arguments);
/// Filters that read the items of a value.
Value applySequenceFilter(Heap &heap, FilterId id, const Value &value,
                          Arguments &arguments);
/// map, select, reject, selectattr, rejectattr, unique, batch, slice: they
/// return a generator.
Value applyLazyFilter(Heap &heap, FilterId id, const Value &value,
                      Arguments &arguments);

/// Looks up "a.b.0" (or an index) in items, as Jinja's make_attrgetter.
class AttributePath {
public:
  /// `attribute` missing or None: the item itself.
  AttributePath(Heap &heap, const Value &attribute, bool ignoreCase,
                const Value &absent = Value::missing());
  Value of(const Value &item) const;

private:
  Heap &heap;
  std::vector<Value> parts;
  bool ignoreCase;
  Value absent; ///< stands for an undefined part, unless missing
};

/// A string in lower case; anything else as it is.
Value withoutCase(Heap &heap, const Value &value);

} // namespace llmrt::chat

#endif // LLMRT_LIB_CHAT_TEMPLATE_FILTERS_H
