#include "runtime/language.h"

#include "runtime/isolate.h"

namespace devvm::runtime {

void addLanguage(Isolate& isolate, const Language& language) {
  if (findLanguage(isolate, language.name) == nullptr) isolate.languages.push_back(&language);
}

const Language* findLanguage(const Isolate& isolate, std::string_view name) {
  for (const Language* l : isolate.languages) {
    if (name == l->name) return l;
  }
  return nullptr;
}

const Language* runningLanguage(const Isolate& isolate) {
  const Fiber* f = isolate.fiber;
  if (f == nullptr || f->fp == nullptr || isNativeFrame(f->fp)) return nullptr;
  return codeOf(f->fp)->language;
}

}  // namespace devvm::runtime
