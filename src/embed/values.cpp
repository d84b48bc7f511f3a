// Values and tables for hosts.

#include <cstring>

#include "embed/host.h"

using namespace devvm;
using namespace devvm::runtime;

namespace {

bool isKey(Value v) { return !v.isNil() && !(v.isDouble() && v.asDouble() != v.asDouble()); }

}  // namespace

extern "C" {

devvm_ref devvm_nil(devvm_isolate* host) { return host->make(Value::nil()); }
devvm_ref devvm_boolean(devvm_isolate* host, bool value) { return host->make(Value::boolean(value)); }
devvm_ref devvm_integer(devvm_isolate* host, int64_t value) {
  return host->makeUnlessNil(makeInteger(*host->isolate, value));
}
devvm_ref devvm_double(devvm_isolate* host, double value) { return host->make(Value::canonical(value)); }

devvm_ref devvm_string(devvm_isolate* host, const char* bytes, size_t length) {
  if (length > kMaxString) return DEVVM_NONE;
  return host->makeUnlessNil(
      newString(*host->isolate, length != 0 ? std::string_view(bytes, length) : std::string_view()));
}

devvm_ref devvm_text(devvm_isolate* host, const char* text) { return devvm_string(host, text, std::strlen(text)); }

devvm_ref devvm_table(devvm_isolate* host, uint32_t elements, uint32_t fields) {
  return host->makeUnlessNil(newTable(*host->isolate, elements, fields));
}

devvm_ref devvm_globals(devvm_isolate* host) { return host->make(host->isolate->globals); }

devvm_kind devvm_kind_of(devvm_isolate* host, devvm_ref value) {
  Value v = host->get(value);
  if (v.isNil()) return DEVVM_KIND_NIL;
  if (v.isBoolean()) return DEVVM_KIND_BOOLEAN;
  if (v.isAnyInt()) return DEVVM_KIND_INTEGER;
  if (v.isDouble()) return DEVVM_KIND_DOUBLE;
  if (v.isString()) return DEVVM_KIND_STRING;
  if (v.isTable()) return DEVVM_KIND_TABLE;
  if (v.isFunction()) return DEVVM_KIND_FUNCTION;
  return isFiber(v) ? DEVVM_KIND_COROUTINE : DEVVM_KIND_OTHER;
}

const char* devvm_type_name(devvm_isolate* host, devvm_ref value) { return typeName(host->get(value)); }
bool devvm_is_true(devvm_isolate* host, devvm_ref value) { return !host->get(value).isFalsy(); }
bool devvm_get_integer(devvm_isolate* host, devvm_ref value, int64_t* out) { return toInteger(host->get(value), *out); }
bool devvm_get_double(devvm_isolate* host, devvm_ref value, double* out) { return toDouble(host->get(value), *out); }

const char* devvm_get_string(devvm_isolate* host, devvm_ref value, size_t* length) {
  auto* text = host->text(value);
  if (text == nullptr) return nullptr;
  if (*text == nullptr) {
    Value v = host->get(value);
    if (v.isString()) {
      *text = std::make_unique<std::string>(asString(v)->view());
    } else if (v.isNumber()) {
      char buffer[64];
      size_t n = formatNumber(v, buffer);
      *text = std::make_unique<std::string>(buffer, n);
    } else {
      return nullptr;
    }
  }
  if (length != nullptr) *length = (*text)->size();
  return (*text)->c_str();
}

bool devvm_equal(devvm_isolate* host, devvm_ref a, devvm_ref b) { return rawEquals(host->get(a), host->get(b)); }

devvm_ref devvm_get(devvm_isolate* host, devvm_ref table, devvm_ref key) {
  Value t = host->get(table), k = host->get(key);
  if (!t.isTable()) return DEVVM_NONE;
  return host->make(isKey(k) ? tableGet(*host->isolate, asTable(t), k) : Value::nil());
}

devvm_ref devvm_get_field(devvm_isolate* host, devvm_ref table, const char* name) {
  Value t = host->get(table);
  return t.isTable() ? host->make(tableGetName(*host->isolate, asTable(t), name)) : DEVVM_NONE;
}

devvm_ref devvm_get_element(devvm_isolate* host, devvm_ref table, int64_t index) {
  Value t = host->get(table);
  return t.isTable() ? host->make(tableGetInt(*host->isolate, asTable(t), index)) : DEVVM_NONE;
}

devvm_status devvm_set(devvm_isolate* host, devvm_ref table, devvm_ref key, devvm_ref value) {
  if (!host->get(table).isTable()) return host->misuse("devvm_set: not a table");
  if (!isKey(host->get(key))) return host->misuse("devvm_set: the key is nil or NaN");
  // The copy keeps the caller's key as it is and `value` apart from the shared nil of dead references.
  Isolate& iso = *host->isolate;
  Rooted k(iso, host->get(key)), v(iso, host->get(value));
  return tableSet(iso, host->handle(table), k, v) ? DEVVM_OK : host->outOfMemory();
}

devvm_status devvm_set_field(devvm_isolate* host, devvm_ref table, const char* name, devvm_ref value) {
  if (!host->get(table).isTable()) return host->misuse("devvm_set_field: not a table");
  Rooted v(*host->isolate, host->get(value));
  return tableSetName(*host->isolate, host->handle(table), name, v) ? DEVVM_OK : host->outOfMemory();
}

devvm_status devvm_set_element(devvm_isolate* host, devvm_ref table, int64_t index, devvm_ref value) {
  if (!host->get(table).isTable()) return host->misuse("devvm_set_element: not a table");
  Rooted v(*host->isolate, host->get(value));
  return tableSetInt(*host->isolate, host->handle(table), index, v) ? DEVVM_OK : host->outOfMemory();
}

int64_t devvm_length(devvm_isolate* host, devvm_ref value) {
  Value v = host->get(value);
  if (v.isString()) return static_cast<int64_t>(asString(v)->view().size());
  return v.isTable() ? tableLength(*host->isolate, asTable(v)) : 0;
}

bool devvm_next(devvm_isolate* host, devvm_ref table, devvm_ref* key, devvm_ref* value) {
  Value t = host->get(table), k, v;
  if (!t.isTable()) return false;
  if (!tableNext(*host->isolate, asTable(t), host->get(*key), k, v) || k.isNil()) return false;
  *key = host->make(k);
  *value = host->make(v);
  return true;
}

devvm_status devvm_set_metatable(devvm_isolate* host, devvm_ref table, devvm_ref metatable) {
  if (!host->get(table).isTable()) return host->misuse("devvm_set_metatable: not a table");
  Value mt = host->get(metatable);
  if (!mt.isNil() && !mt.isTable()) return host->misuse("devvm_set_metatable: the metatable is no table");
  Rooted m(*host->isolate, mt);
  return tableSetMetatable(*host->isolate, host->handle(table), m) ? DEVVM_OK : host->outOfMemory();
}

devvm_ref devvm_get_metatable(devvm_isolate* host, devvm_ref value) {
  return host->make(metatableOf(*host->isolate, host->get(value)));
}

}  // extern "C"
