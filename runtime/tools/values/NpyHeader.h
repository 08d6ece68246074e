//===- NpyHeader.h - What a NumPy file says of its array --------*- C++ -*-===//
//
// "\x93NUMPY", a version, a length and a literal of Python's:
// {'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }
//
//===----------------------------------------------------------------------===//

#ifndef LLMRT_TOOLS_VALUES_NPYHEADER_H
#define LLMRT_TOOLS_VALUES_NPYHEADER_H

#include <cstdint>
#include <string>
#include <vector>

namespace llmrt::tools {

struct NpyHeader {
  char order = '|';     ///< of bytes: '<', '>', or '|' where there is none
  char kind = 0;        ///< of NumPy's: f, i, u, b, c, U, V
  uint64_t size = 0;    ///< of an element in bytes; of U in characters
  bool fortran = false; ///< the first dimension varies fastest
  std::vector<int64_t> shape;
  uint64_t dataOffset = 0;

  std::string descr() const {
    return std::string(1, order) + kind + std::to_string(size);
  }
};

/// False, with what is wrong in `error`, if there is no such header.
bool parseNpyHeader(const std::vector<uint8_t> &bytes, NpyHeader &header,
                    std::string &error);

/// The bytes of a header, ready to be followed by the data.
std::string makeNpyHeader(const NpyHeader &header);

} // namespace llmrt::tools

#endif // LLMRT_TOOLS_VALUES_NPYHEADER_H
