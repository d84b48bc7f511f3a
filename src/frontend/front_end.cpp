#include "frontend/front_end.h"

namespace devvm::frontend {

namespace {
std::vector<const FrontEnd*>& known() {
  static std::vector<const FrontEnd*> all;
  return all;
}
}  // namespace

void registerFrontEnd(const FrontEnd& language) {
  if (frontEndNamed(language.name) == nullptr) known().push_back(&language);
}

const std::vector<const FrontEnd*>& frontEnds() { return known(); }

const FrontEnd* frontEndNamed(std::string_view name) {
  for (const FrontEnd* f : known()) {
    if (name == f->name) return f;
  }
  return nullptr;
}

const FrontEnd* frontEndFor(std::string_view path) {
  for (const FrontEnd* f : known()) {
    for (const char* extension : f->extensions) {
      if (extension != nullptr && path.size() > std::string_view(extension).size() && path.ends_with(extension))
        return f;
    }
  }
  return nullptr;
}

}  // namespace devvm::frontend
