//===- ObjectCheck.h - Is a descriptor one that can be run? -----*- C++ -*-===//
//
// Two checks. The first needs only the file: does every pointer of the
// descriptor, as relocated, name a table that lies inside of the image? The
// second reads the descriptor where it is mapped or linked: are the values ones
// that the runtime can work with, without an overflow anywhere later?
//
//===----------------------------------------------------------------------===//

#ifndef LLMRT_LIB_OBJECTCHECK_H
#define LLMRT_LIB_OBJECTCHECK_H

#include "runtime/lib/ElfImage.h"
#include "runtime/lib/ObjectFormat.h"

namespace llmrt {

/// Fails with BAD_FILE or WRONG_VERSION.
Status checkDescriptorImage(const ElfImage &image);

/// `descriptor` and everything it points to must be readable. Fails with
/// BAD_FILE or WRONG_VERSION.
Status checkDescriptor(const ObjectDescriptor &descriptor);

} // namespace llmrt

#endif // LLMRT_LIB_OBJECTCHECK_H
