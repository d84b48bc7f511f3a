// DevVM's embedding interface for C++20: a header over devvm.h, with owners instead of references and scopes.
//
// Nothing here throws. What can fail answers with a Result, which holds a value or an Error. Functions of the host may
// throw (where exceptions are on); the exception becomes an error of the guest and never crosses the VM.
//
//   auto vm = devvm::Isolate::create({.memoryBytes = 64 << 20});
//   vm->openLibraries();
//   vm->define("add", [](int64_t a, int64_t b) { return a + b; });
//   auto sum = vm->run<int64_t>("return add(40, 2)");
//   if (!sum) std::fputs(sum.error().message.c_str(), stderr);
//
// Threads: as devvm.h says. Values belong to their isolate and must not outlive it.
#ifndef DEVVM_DEVVM_HPP
#define DEVVM_DEVVM_HPP

#include <devvm/devvm.h>

#include <concepts>
#include <cstdint>
#include <cstdlib>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace devvm {

/// Why something did not work.
struct Error {
  devvm_status status = DEVVM_ERROR;
  std::string message;
  std::string traceback = {};  ///< "" if there is none
  int exitStatus = 0;          ///< for DEVVM_EXIT
  bool incomplete = false;     ///< a text that did not compile, but might with more text behind it

  /// A limit, a kill or os.exit: no guest code may go on.
  bool isStop() const { return status > DEVVM_MEMORY && status != DEVVM_MISUSE; }
};

/// A T or an Error. Asking for the one that is not there ends the program.
template <typename T>
class Result {
 public:
  Result(T value) : content_(std::in_place_index<0>, std::move(value)) {}
  Result(Error error) : content_(std::in_place_index<1>, std::move(error)) {}
  explicit operator bool() const { return content_.index() == 0; }
  T& operator*() { return get<0>(); }
  T* operator->() { return &get<0>(); }
  const Error& error() const { return const_cast<Result*>(this)->template get<1>(); }
  T valueOr(T otherwise) const { return *this ? std::get<0>(content_) : std::move(otherwise); }

 private:
  template <size_t I>
  auto& get() {
    if (content_.index() != I) std::abort();
    return *std::get_if<I>(&content_);
  }
  std::variant<T, Error> content_;
};

/// What a function without a result answers with.
struct Nothing {};
using Outcome = Result<Nothing>;

/// Zero: no limit, or the default (see devvm_config).
struct Config {
  uint64_t fuel = 0;
  uint64_t timeoutNanos = 0;
  uint64_t memoryBytes = 0;
  uint64_t stackBytes = 0;
  uint64_t nurseryBytes = 0;
  uint64_t seed = 0;
  uint32_t capabilities = 0;  ///< DEVVM_FILES ...: none unless given
  uint32_t flags = 0;
  uint64_t jitBytes = 0;
  uint64_t jitThreshold = 0;
};

class Value;

namespace detail {

/// Ends the references made while it lives.
class Scope {
 public:
  explicit Scope(devvm_isolate* vm) : vm_(vm), scope_(devvm_open_scope(vm)) {}
  ~Scope() { devvm_close_scope(vm_, scope_); }
  Scope(const Scope&) = delete;
  Scope& operator=(const Scope&) = delete;

 private:
  devvm_isolate* vm_;
  uint32_t scope_;
};

inline Error errorOf(devvm_isolate* vm, devvm_status status) {
  size_t length = 0;
  const char* text = devvm_error_message(vm, &length);
  return {status, std::string(text, length), devvm_error_traceback(vm), devvm_exit_status(vm),
          devvm_error_incomplete(vm)};
}

inline Error memoryError() { return {DEVVM_MEMORY, "not enough memory"}; }

template <typename T>
inline constexpr bool kIsOptional = false;
template <typename T>
inline constexpr bool kIsOptional<std::optional<T>> = true;
template <typename T>
inline constexpr bool kIsTuple = false;
template <typename... T>
inline constexpr bool kIsTuple<std::tuple<T...>> = true;
template <typename T>
inline constexpr bool kIsResult = false;
template <typename T>
inline constexpr bool kIsResult<Result<T>> = true;

/// A new reference of the innermost scope; DEVVM_NONE when memory is out.
template <typename T>
devvm_ref push(devvm_isolate* vm, const T& value);
/// Empty if the value is of another type. A std::string_view lives as long as the reference.
template <typename T>
std::optional<T> pull(devvm_isolate* vm, devvm_ref ref);
/// What messages call the type.
template <typename T>
const char* wanted();

}  // namespace detail

/// A guest value, kept alive. Copies name the same value.
class Value {
 public:
  Value() = default;
  /// Keeps what `ref` names; the reference stays the caller's.
  Value(devvm_isolate* vm, devvm_ref ref) : vm_(vm), kept_(devvm_keep(vm, ref)) {}
  Value(const Value& other) : vm_(other.vm_), kept_(other.vm_ != nullptr ? devvm_keep(vm_, other.kept_) : DEVVM_NONE) {}
  Value(Value&& other) noexcept
      : vm_(std::exchange(other.vm_, nullptr)), kept_(std::exchange(other.kept_, DEVVM_NONE)) {}
  Value& operator=(Value other) noexcept {
    std::swap(vm_, other.vm_);
    std::swap(kept_, other.kept_);
    return *this;
  }
  ~Value() {
    if (vm_ != nullptr) devvm_release(vm_, kept_);
  }

  devvm_isolate* isolate() const { return vm_; }
  /// For calls of devvm.h; valid as long as this value.
  devvm_ref ref() const { return kept_; }
  devvm_kind kind() const { return vm_ != nullptr ? devvm_kind_of(vm_, kept_) : DEVVM_KIND_NIL; }
  const char* typeName() const { return vm_ != nullptr ? devvm_type_name(vm_, kept_) : "nil"; }
  bool isNil() const { return kind() == DEVVM_KIND_NIL; }
  bool isTable() const { return kind() == DEVVM_KIND_TABLE; }
  bool isFunction() const { return kind() == DEVVM_KIND_FUNCTION; }
  /// As the language's conditions see it.
  bool isTrue() const { return vm_ != nullptr && devvm_is_true(vm_, kept_); }
  /// The value as a C++ type, if it is one: bool, integers (which must hold it), floating types, std::string, Value.
  template <typename T>
  std::optional<T> as() const {
    if (vm_ == nullptr) return std::nullopt;
    detail::Scope scope(vm_);
    return detail::pull<T>(vm_, kept_);
  }
  bool operator==(const Value& other) const {
    return isNil() ? other.isNil() : vm_ == other.vm_ && devvm_equal(vm_, kept_, other.kept_);
  }

  /// The field at a key, without metamethods; nil for what is no table.
  template <typename K>
  Value get(const K& key) const {
    if (vm_ == nullptr) return {};
    detail::Scope scope(vm_);
    return {vm_, devvm_get(vm_, kept_, detail::push(vm_, key))};
  }
  /// Sets the field at a key, without metamethods.
  template <typename K, typename V>
  Outcome set(const K& key, const V& value) const {
    if (vm_ == nullptr) return Error{DEVVM_MISUSE, "no table"};
    detail::Scope scope(vm_);
    devvm_ref k = detail::push(vm_, key), v = detail::push(vm_, value);
    if (k == DEVVM_NONE || v == DEVVM_NONE) return detail::memoryError();
    devvm_status status = devvm_set(vm_, kept_, k, v);
    if (status != DEVVM_OK) return detail::errorOf(vm_, status);
    return Nothing{};
  }
  /// A border of a table or the bytes of a string.
  int64_t length() const { return vm_ != nullptr ? devvm_length(vm_, kept_) : 0; }

  /// Calls the value; the first result. MAY RUN GUEST CODE for as long as the limits allow.
  template <typename R = Value, typename... A>
  Result<R> call(const A&... arguments) const {
    if (vm_ == nullptr) return Error{DEVVM_MISUSE, "no function"};
    detail::Scope scope(vm_);
    devvm_ref refs[sizeof...(A) + 1] = {detail::push(vm_, arguments)...};
    for (size_t i = 0; i < sizeof...(A); i++) {
      if (refs[i] == DEVVM_NONE) return detail::memoryError();
    }
    devvm_ref result = DEVVM_NONE;
    devvm_status status = devvm_call(vm_, kept_, refs, sizeof...(A), &result, 1, nullptr);
    if (status != DEVVM_OK) return detail::errorOf(vm_, status);
    if constexpr (std::same_as<R, Nothing>) {
      return Nothing{};
    } else {
      std::optional<R> value = detail::pull<R>(vm_, result);
      if (!value)
        return Error{DEVVM_ERROR, std::string(detail::wanted<R>()) + " expected, got " + devvm_type_name(vm_, result)};
      return std::move(*value);
    }
  }

 private:
  devvm_isolate* vm_ = nullptr;
  devvm_ref kept_ = DEVVM_NONE;
};

/// Takes all arguments from its place on.
using Rest = std::vector<Value>;

namespace detail {

template <typename T>
devvm_ref push(devvm_isolate* vm, const T& value) {
  if constexpr (std::same_as<T, Value>) {
    // Kept references are not of the scope; nil of an empty Value is.
    return value.isolate() != nullptr ? value.ref() : devvm_nil(vm);
  } else if constexpr (std::same_as<T, bool>) {
    return devvm_boolean(vm, value);
  } else if constexpr (std::integral<T>) {
    if constexpr (sizeof(T) == 8 && std::unsigned_integral<T>) {
      // Beyond the guest's integers it is the nearest float.
      if (value > static_cast<T>(INT64_MAX)) return devvm_double(vm, static_cast<double>(value));
    }
    return devvm_integer(vm, static_cast<int64_t>(value));
  } else if constexpr (std::floating_point<T>) {
    return devvm_double(vm, static_cast<double>(value));
  } else if constexpr (kIsOptional<T>) {
    return value ? push(vm, *value) : devvm_nil(vm);
  } else if constexpr (std::same_as<T, std::nullptr_t> || std::same_as<T, Nothing>) {
    return devvm_nil(vm);
  } else {
    static_assert(std::convertible_to<const T&, std::string_view>, "no guest value can hold this type");
    std::string_view text = value;
    return devvm_string(vm, text.data(), text.size());
  }
}

template <typename T>
std::optional<T> pull(devvm_isolate* vm, devvm_ref ref) {
  if constexpr (std::same_as<T, Value>) {
    return Value(vm, ref);
  } else if constexpr (std::same_as<T, bool>) {
    if (devvm_kind_of(vm, ref) != DEVVM_KIND_BOOLEAN) return std::nullopt;
    return devvm_is_true(vm, ref);
  } else if constexpr (std::integral<T>) {
    int64_t n;
    if (!devvm_get_integer(vm, ref, &n) || !std::in_range<T>(n)) return std::nullopt;
    return static_cast<T>(n);
  } else if constexpr (std::floating_point<T>) {
    double n;
    if (!devvm_get_double(vm, ref, &n)) return std::nullopt;
    return static_cast<T>(n);
  } else if constexpr (kIsOptional<T>) {
    if (devvm_kind_of(vm, ref) == DEVVM_KIND_NIL) return T();
    auto inner = pull<typename T::value_type>(vm, ref);
    if (!inner) return std::nullopt;
    return T(std::move(*inner));
  } else {
    static_assert(std::same_as<T, std::string> || std::same_as<T, std::string_view>, "no guest value gives this type");
    size_t length = 0;
    const char* bytes = devvm_get_string(vm, ref, &length);
    if (bytes == nullptr) return std::nullopt;
    return T(bytes, length);
  }
}

template <typename T>
const char* wanted() {
  if constexpr (std::same_as<T, bool>) return "boolean";
  if constexpr (std::integral<T>) return "integer";
  if constexpr (std::floating_point<T>) return "number";
  if constexpr (kIsOptional<T>) return wanted<typename T::value_type>();
  return "string";
}

/// Arguments of one call of a host function, converted in order; the first that does not fit is noted.
struct Taker {
  devvm_activation* call;
  devvm_isolate* vm;
  uint32_t next = 0;
  std::optional<uint32_t> bad = std::nullopt;
  const char* expected = "";

  template <typename T>
  T take() {
    uint32_t index = next++;
    if constexpr (std::same_as<T, Rest>) {
      Rest rest;
      for (uint32_t i = index; i < devvm_argument_count(call); i++) rest.emplace_back(vm, devvm_argument(call, i));
      return rest;
    } else {
      std::optional<T> value = pull<T>(vm, devvm_argument(call, index));
      if (value) return std::move(*value);
      if (!bad) {
        bad = index;
        expected = wanted<T>();
      }
      return T();
    }
  }
};

template <typename R>
devvm_answer answer(devvm_activation* call, devvm_isolate* vm, const R& result) {
  if constexpr (kIsResult<R>) {
    if (!result) return devvm_raise_text(call, result.error().message.c_str());
    return answer(call, vm, *const_cast<R&>(result));
  } else if constexpr (std::same_as<R, Nothing>) {
    return devvm_return(call, nullptr, 0);
  } else if constexpr (kIsTuple<R>) {
    return std::apply(
        [&](const auto&... values) {
          devvm_ref refs[sizeof...(values) + 1] = {push(vm, values)...};
          return devvm_return(call, refs, sizeof...(values));
        },
        result);
  } else {
    return devvm_return_one(call, push(vm, result));
  }
}

template <typename F>
struct Signature : Signature<decltype(&F::operator())> {};
template <typename R, typename... A>
struct Signature<R (*)(A...)> {
  template <typename F>
  static devvm_answer invoke(devvm_activation* call, F& function) {
    devvm_isolate* vm = devvm_isolate_of(call);
    Taker taker{.call = call, .vm = vm};
    std::tuple<std::decay_t<A>...> arguments{taker.take<std::decay_t<A>>()...};  // braces: from left to right
    if (taker.bad) {
      std::string text =
          std::string(taker.expected) + " expected, got " +
          (*taker.bad < devvm_argument_count(call) ? devvm_type_name(vm, devvm_argument(call, *taker.bad))
                                                   : "no value");
      return devvm_raise_argument(call, *taker.bad, text.c_str());
    }
    if constexpr (std::is_void_v<R>) {
      std::apply(function, std::move(arguments));
      return devvm_return(call, nullptr, 0);
    } else {
      return answer(call, vm, std::apply(function, std::move(arguments)));
    }
  }
};
template <typename C, typename R, typename... A>
struct Signature<R (C::*)(A...)> : Signature<R (*)(A...)> {};
template <typename C, typename R, typename... A>
struct Signature<R (C::*)(A...) const> : Signature<R (*)(A...)> {};

template <typename F>
devvm_answer enter(devvm_activation* call, void* data) {
  F& function = *static_cast<F*>(data);
#if defined(__cpp_exceptions)
  try {
    return Signature<F>::invoke(call, function);
  } catch (const std::exception& e) {
    return devvm_raise_text(call, e.what());
  } catch (...) {
    return devvm_raise_text(call, "unknown exception in a function of the host");
  }
#else
  return Signature<F>::invoke(call, function);
#endif
}

}  // namespace detail

/// Owns an isolate. May be moved.
class Isolate {
 public:
  /// A new isolate without libraries.
  static Result<Isolate> create(const Config& config = {}) {
    devvm_config c = {};
    c.size = sizeof c;
    c.fuel = config.fuel;
    c.timeout_ns = config.timeoutNanos;
    c.memory_bytes = config.memoryBytes;
    c.stack_bytes = config.stackBytes;
    c.nursery_bytes = config.nurseryBytes;
    c.seed = config.seed;
    c.capabilities = config.capabilities;
    c.flags = config.flags;
    c.jit_bytes = config.jitBytes;
    c.jit_threshold = config.jitThreshold;
    devvm_isolate* vm = devvm_create(&c);
    if (vm == nullptr) return detail::memoryError();
    return Isolate(vm);
  }

  /// For calls of devvm.h; stays owned by this.
  devvm_isolate* get() const { return vm_.get(); }
  Outcome openLibraries() { return outcome(devvm_open_libraries(get())); }

  /// Compiles a text, or with `modes` loads a module. `name` as for Lua's load: "=name", "@file" or the text.
  Result<Value> load(std::string_view text, const char* name = "=host", uint32_t modes = DEVVM_LOAD_TEXT) {
    detail::Scope scope(get());
    devvm_ref function;
    devvm_status status = devvm_load(get(), text.data(), text.size(), name, modes, &function);
    if (status != DEVVM_OK) return detail::errorOf(get(), status);
    return Value(get(), function);
  }
  /// Loads and calls; the first result as an R. MAY RUN GUEST CODE.
  template <typename R = Value, typename... A>
  Result<R> run(std::string_view text, const A&... arguments) {
    auto function = load(text);
    if (!function) return function.error();
    return function->template call<R>(arguments...);
  }

  /// A guest value of a C++ one; empty (nil) when memory is out.
  template <typename T>
  Value value(const T& from) {
    detail::Scope scope(get());
    return {get(), detail::push(get(), from)};
  }
  Value table(uint32_t elements = 0, uint32_t fields = 0) {
    detail::Scope scope(get());
    return {get(), devvm_table(get(), elements, fields)};
  }
  Value globals() {
    detail::Scope scope(get());
    return {get(), devvm_globals(get())};
  }
  Value global(std::string_view name) { return globals().get(name); }

  /// A guest function that calls a C++ one. Its parameters may be bool, numbers, std::string(_view), Value,
  /// std::optional of these, and Rest at the end; wrong arguments raise the usual error. It returns one of these, a
  /// std::tuple of several, nothing, or a Result, whose error is raised. The callable lives as long as the isolate.
  template <typename F>
  Result<Value> function(const char* name, F callable) {
    detail::Scope scope(get());
    auto owned = std::make_unique<F>(std::move(callable));
    devvm_ref ref =
        devvm_new_function(get(), name, detail::enter<F>, owned.get(), [](void* p) { delete static_cast<F*>(p); });
    if (ref == DEVVM_NONE) return detail::memoryError();
    owned.release();
    return Value(get(), ref);
  }
  /// The same as a global variable.
  template <typename F>
  Outcome define(const char* name, F callable) {
    auto f = function(name, std::move(callable));
    if (!f) return f.error();
    return globals().set(name, *f);
  }

  void setFuel(uint64_t units) { devvm_set_fuel(get(), units); }
  uint64_t fuelUsed() const { return devvm_fuel_used(get()); }
  void setTimeout(uint64_t nanoseconds) { devvm_set_timeout(get(), nanoseconds); }
  void setMemoryLimit(uint64_t bytes) { devvm_set_memory_limit(get(), bytes); }
  uint64_t memoryUsed() const { return devvm_memory_used(get()); }
  void setCapabilities(uint32_t capabilities) { devvm_set_capabilities(get(), capabilities); }
  void collect() { devvm_collect(get()); }
  /// Runs the finalizers of everything alive, as a program's end does.
  Outcome finish() { return outcome(devvm_finish(get())); }
  /// From any thread.
  void kill() const { devvm_kill(get()); }
  void revive() const { devvm_revive(get()); }
  void interrupt() const { devvm_interrupt(get()); }

 private:
  explicit Isolate(devvm_isolate* vm) : vm_(vm) {}
  Outcome outcome(devvm_status status) const {
    if (status != DEVVM_OK) return detail::errorOf(get(), status);
    return Nothing{};
  }

  struct Destroy {
    void operator()(devvm_isolate* vm) const { devvm_destroy(vm); }
  };
  std::unique_ptr<devvm_isolate, Destroy> vm_;
};

}  // namespace devvm

#endif  // DEVVM_DEVVM_HPP
