//===- NumberFormat.h - A number in a field of a width --------------------===//
//
// What "%5.2f" % x and "{:5.2f}".format(x) share.
//
//===----------------------------------------------------------------------===//

#ifndef LLMRT_LIB_CHAT_TEMPLATE_NUMBERFORMAT_H
#define LLMRT_LIB_CHAT_TEMPLATE_NUMBERFORMAT_H

#include "runtime/lib/chat_template/Heap.h"

namespace llmrt::chat {

struct NumberFormat {
  char align = '>'; ///< '<', '>', '^', or '=': fill after the sign
  std::string fill = " ";
  char sign = '-'; ///< '-', '+' or ' '
  bool alternate = false;
  char grouping = 0; ///< ',' or '_' between thousands
  int64_t width = 0;
  int64_t precision = -1;
  char type = 'd';

  void fillZeros() {
    align = '=';
    fill = "0";
  }

  /// Writes text into the field; for numbers, `signLength` bytes lead it.
  bool pad(Builder &out, Heap &heap, std::string_view text,
           size_t signLength = 0) const;
  bool integer(Builder &out, Heap &heap, int64_t value) const;
  bool real(Builder &out, Heap &heap, double value) const;
};

} // namespace llmrt::chat

#endif // LLMRT_LIB_CHAT_TEMPLATE_NUMBERFORMAT_H
