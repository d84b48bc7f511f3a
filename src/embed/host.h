// What stands behind the opaque types of include/devvm/devvm.h.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "devvm/devvm.h"
#include "embed/handle_ledger.h"
#include "runtime/isolate.h"

namespace devvm::embed {

/// Slots that collections visit and that never move.
class SlotArray {
 public:
  /// `isolate` must live as long as slots are added.
  void attach(runtime::Isolate& isolate) { isolate_ = &isolate; }
  /// Makes slot `index` exist.
  void reserve(uint32_t index);
  runtime::Value& value(uint32_t index) { return chunks_[index / kChunk]->values[index % kChunk]; }
  /// Copy of a string's bytes that lives as long as the slot's value.
  std::unique_ptr<std::string>& text(uint32_t index) { return chunks_[index / kChunk]->texts[index % kChunk]; }
  void clear(uint32_t index) {
    value(index) = runtime::Value::nil();
    text(index).reset();
  }

 private:
  static constexpr uint32_t kChunk = 64;
  struct Chunk {
    runtime::Value values[kChunk];
    std::unique_ptr<std::string> texts[kChunk];
  };
  runtime::Isolate* isolate_ = nullptr;
  std::vector<std::unique_ptr<Chunk>> chunks_;
};

/// A host function: the native's static facts, and what to call.
struct HostFunction : runtime::NativeInfo {
  devvm_isolate* host = nullptr;
  devvm_function callback = nullptr;
  void* userData = nullptr;
  void (*destroy)(void*) = nullptr;
  std::string ownName;
};

/// The native that records tracebacks of errors on their way to the host.
struct ErrorRecorder : runtime::NativeInfo {
  devvm_isolate* host = nullptr;
};

inline constexpr devvm_ref kKeptBit = 0x8000'0000;
/// Nested devvm_call: each takes some of the host's stack.
inline constexpr uint32_t kMaxNestedCalls = 180;

}  // namespace devvm::embed

struct devvm_isolate {
  explicit devvm_isolate(const devvm::runtime::IsolateOptions& options);
  ~devvm_isolate();
  devvm_isolate(const devvm_isolate&) = delete;
  devvm_isolate& operator=(const devvm_isolate&) = delete;

  /// A new reference of the innermost scope.
  devvm_ref make(devvm::runtime::Value v);
  /// As make(); DEVVM_NONE for nil, which is what functions that ran out of memory give.
  devvm_ref makeUnlessNil(devvm::runtime::Value v) { return v.isNil() ? DEVVM_NONE : make(v); }
  bool isAlive(devvm_ref ref) const;
  devvm::runtime::Value get(devvm_ref ref);
  /// The slot of a reference; of one that is nil for dead references.
  devvm::runtime::Handle handle(devvm_ref ref);
  std::unique_ptr<std::string>* text(devvm_ref ref);
  void closeScope(uint32_t scope);
  /// Tells of what should be gone at the end.
  void checkHandles();

  devvm_status misuse(const char* what);
  devvm_status outOfMemory();
  /// Takes over why Isolate::call failed.
  devvm_status takeFailure();

  devvm::embed::SlotArray scoped, kept;
  uint32_t top = 0;  ///< references of all scopes
  std::vector<bool> keptUsed;
  std::vector<uint32_t> keptFree;
  std::unique_ptr<devvm::embed::HandleLedger> ledger;  ///< null: nobody checks what the host keeps
  std::vector<std::unique_ptr<devvm::embed::HostFunction>> functions;
  devvm::embed::ErrorRecorder recorderInfo;
  devvm::runtime::Value nothing, recorder, errorValue;  ///< roots
  std::string errorMessage, errorTraceback;
  int exitStatus = 0;
  bool errorIncomplete = false;
  bool ready = false;
  std::unique_ptr<devvm::runtime::Isolate> isolate;
};
