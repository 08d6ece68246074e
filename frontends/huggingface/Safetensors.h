//===- Safetensors.h - The header of a .safetensors file
//-------------------===//
//
// u64 length of the header, the header (a JSON object that starts at byte 8),
// then the tensors' bytes. Checked as the reference implementation does
// (safetensors/src/tensor.rs) and a little stricter: header of at most 100 MB,
// no key twice, shape and type give exactly the byte range, ranges cover the
// rest of the file without gap, overlap or trailing bytes.
//
//===----------------------------------------------------------------------===//

#ifndef LLM_FRONTENDS_HUGGINGFACE_SAFETENSORS_H
#define LLM_FRONTENDS_HUGGINGFACE_SAFETENSORS_H

#include "frontends/DecoderTensors.h"

namespace llm::huggingface {

/// Appends the tensors of the file whose `size` bytes are at `data` to
/// `tensors`, with `file` as their file. Reads the header only. False with
/// `error`, which starts with `where`, on anything wrong.
bool readSafetensors(const uint8_t *data, uint64_t size, uint32_t file,
                     const std::string &where,
                     std::vector<FoundTensor> &tensors, std::string &error);

} // namespace llm::huggingface

#endif // LLM_FRONTENDS_HUGGINGFACE_SAFETENSORS_H
