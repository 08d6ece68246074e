//===- Sha256.h - SHA-256 --------------------------------------------------===//
//
// The digest of an object's code and weights (FIPS 180-4). Uses the SHA
// instructions where the CPU has them, about six times faster than plain code.
//
//===----------------------------------------------------------------------===//

#ifndef LLMRT_LIB_SHA256_H
#define LLMRT_LIB_SHA256_H

#include <cstddef>
#include <cstdint>

namespace llmrt {

constexpr size_t kDigestBytes = 32;

class Sha256 {
public:
  Sha256();
  void update(const void *data, size_t size);
  /// Writes the digest of everything given so far. The object is used up.
  void finish(uint8_t digest[kDigestBytes]);

private:
  uint32_t state[8];
  uint64_t length = 0; ///< bytes given so far
  uint8_t block[64];   ///< the last length % 64 of them
};

/// The digest of one piece of memory.
void sha256(const void *data, size_t size, uint8_t digest[kDigestBytes]);

} // namespace llmrt

#endif // LLMRT_LIB_SHA256_H
