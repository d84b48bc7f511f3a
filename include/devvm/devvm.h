/* DevVM's embedding interface: C11, also clean as C++. Everything is opaque or a plain value, so programs linked
 * against one version run with later ones of the same DEVVM_ABI_VERSION.
 *
 * Threads: an isolate is used by one thread at a time; isolates share nothing. Only devvm_kill and devvm_interrupt may
 * be called from any thread at any time.
 *
 * Values live in the isolate's moving heap; the host names them by references (devvm_ref). A reference belongs to the
 * scope that was open when it was made and dies with it; devvm_keep makes one that lives until devvm_release.
 * The outermost scope lives as long as the isolate: hosts that run for long open scopes of their own.
 * DEVVM_NONE and dead references read as nil. */
#ifndef DEVVM_DEVVM_H
#define DEVVM_DEVVM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#if defined(__GNUC__)
#define DEVVM_API __attribute__((visibility("default")))
#else
#define DEVVM_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

#define DEVVM_ABI_VERSION 1

/** DEVVM_ABI_VERSION of the library that is linked. */
DEVVM_API uint32_t devvm_abi_version(void);
/** Release of the library, e.g. "0.1.0". */
DEVVM_API const char* devvm_version(void);

typedef struct devvm_isolate devvm_isolate;
/** One activation of a host function; valid until that function returns. */
typedef struct devvm_activation devvm_activation;
typedef uint32_t devvm_ref;
#define DEVVM_NONE ((devvm_ref)0)

/** How a call ended. The ones after DEVVM_MEMORY cannot be caught by guest code. */
typedef int32_t devvm_status;
enum {
  DEVVM_OK = 0,
  DEVVM_ERROR = 1,    /**< the guest raised an error, or the text did not compile */
  DEVVM_MEMORY = 2,   /**< "not enough memory"; the isolate stays usable */
  DEVVM_FUEL = 3,     /**< fuel exhausted: see devvm_set_fuel */
  DEVVM_DEADLINE = 4, /**< the call took longer than the time limit */
  DEVVM_KILLED = 5,   /**< devvm_kill */
  DEVVM_EXIT = 6,     /**< the guest called os.exit: devvm_exit_status */
  DEVVM_MISUSE = 7    /**< a wrong argument of the host: not a table, nil as key ... */
};

typedef int32_t devvm_kind;
enum {
  DEVVM_KIND_NIL = 0,
  DEVVM_KIND_BOOLEAN = 1,
  DEVVM_KIND_INTEGER = 2,
  DEVVM_KIND_DOUBLE = 3,
  DEVVM_KIND_STRING = 4,
  DEVVM_KIND_TABLE = 5,
  DEVVM_KIND_FUNCTION = 6,
  DEVVM_KIND_COROUTINE = 7,
  DEVVM_KIND_OTHER = 8 /**< userdata and the like: may be handed on only */
};

/** What guest code may touch. */
enum {
  DEVVM_FILES = 1u << 0,
  DEVVM_PROCESSES = 1u << 1,
  DEVVM_ENVIRONMENT = 1u << 2,
  DEVVM_CLOCK = 1u << 3,
  DEVVM_NETWORK = 1u << 4,
  DEVVM_ALL_CAPABILITIES = 0xFFu
};

enum {
  DEVVM_DETERMINISTIC = 1u << 0,   /**< no randomness from the system */
  DEVVM_SWITCH_DISPATCH = 1u << 1, /**< the portable dispatcher */
  DEVVM_GC_STRESS = 1u << 2,       /**< for tests: collects and moves everything at every allocation */
  /** Compiles hot functions to machine code (x86-64; nothing happens elsewhere, or where the system gives no executable
   *  memory). Signal handlers of the host then need SA_ONSTACK and sigaltstack on threads that run guests. */
  DEVVM_JIT = 1u << 3
};

/** Zero means "no limit" or the default everywhere. `size` must be sizeof(devvm_config); later versions append, and
 *  what a host of an earlier one does not have is zero. */
typedef struct devvm_config {
  size_t size;
  uint64_t fuel;          /**< units of work: function entries, loop back-edges, charges of library functions */
  uint64_t timeout_ns;    /**< wall-clock time of one outermost devvm_call */
  uint64_t memory_bytes;  /**< everything that the isolate owns */
  uint64_t stack_bytes;   /**< one coroutine's stack; 0: 24 MiB */
  uint64_t nursery_bytes; /**< 0: 4 MiB, growing up to 32 while much survives */
  uint64_t seed;          /**< of hashing and random numbers; 0: from the system */
  uint32_t capabilities;  /**< DEVVM_FILES ...: none unless given */
  uint32_t flags;         /**< DEVVM_DETERMINISTIC ... */
  uint64_t jit_bytes; /**< with DEVVM_JIT, machine code at most; 0: 64 MiB. An eighth of memory_bytes bounds it, too */
  uint64_t
      jit_threshold; /**< calls until a function is compiled; 0: 200; 1: everything, at its first call (for tests) */
} devvm_config;

/* ---- isolates ---- */

/** A new isolate without libraries. `config` may be NULL. NULL if `size` is not one this library knows or memory is
 *  out. The caller owns it. */
DEVVM_API devvm_isolate* devvm_create(const devvm_config* config);
/** Destroys it with everything in it; runs the destroy functions of host functions, but no guest code. NULL is fine. */
DEVVM_API void devvm_destroy(devvm_isolate* isolate);
/** Opens the standard library. What it offers is bounded by the capabilities at the time of each use. */
DEVVM_API devvm_status devvm_open_libraries(devvm_isolate* isolate);
/** Runs the finalizers of everything that is alive, as a program's end does. Call it before devvm_destroy if wanted. */
DEVVM_API devvm_status devvm_finish(devvm_isolate* isolate);

/* ---- limits; may be changed between calls and from host functions ---- */

/** Gives the isolate this much fuel from now on (0: no limit) and begins counting anew. */
DEVVM_API void devvm_set_fuel(devvm_isolate* isolate, uint64_t units);
/** Fuel used since it was last set; 0 if there is no fuel limit. */
DEVVM_API uint64_t devvm_fuel_used(const devvm_isolate* isolate);
/** Applies to outermost calls that begin later. */
DEVVM_API void devvm_set_timeout(devvm_isolate* isolate, uint64_t nanoseconds);
DEVVM_API void devvm_set_memory_limit(devvm_isolate* isolate, uint64_t bytes);
/** Bytes of heap and of all else that the isolate owns. */
DEVVM_API uint64_t devvm_memory_used(const devvm_isolate* isolate);
DEVVM_API void devvm_set_capabilities(devvm_isolate* isolate, uint32_t capabilities);
DEVVM_API uint32_t devvm_capabilities(const devvm_isolate* isolate);
/** A full collection. */
DEVVM_API void devvm_collect(devvm_isolate* isolate);

/** From any thread: stops the guest as soon as it looks (every few thousand units); cannot be caught. Calls go on
 *  ending as DEVVM_KILLED until devvm_revive. */
DEVVM_API void devvm_kill(devvm_isolate* isolate);
DEVVM_API void devvm_revive(devvm_isolate* isolate);
/** From any thread: raises the error "interrupted!" in the guest, which may catch it. */
DEVVM_API void devvm_interrupt(devvm_isolate* isolate);

/* ---- scopes and references ---- */

/** Opens a scope; give the answer to devvm_close_scope. Scopes nest. */
DEVVM_API uint32_t devvm_open_scope(devvm_isolate* isolate);
/** Ends all references made since, and all scopes opened since. */
DEVVM_API void devvm_close_scope(devvm_isolate* isolate, uint32_t scope);
/** A reference to the same value that lives until devvm_release. Debug builds, and others with DEVVM_CHECK_HANDLES in
 * the environment, tell on standard error of those that are left at the end, released twice, or used when they are
 * dead. */
DEVVM_API devvm_ref devvm_keep(devvm_isolate* isolate, devvm_ref value);
/** Ends a reference of devvm_keep; others are left alone. */
DEVVM_API void devvm_release(devvm_isolate* isolate, devvm_ref kept);

/* ---- making values: DEVVM_NONE when memory is out (nil is a reference of its own) ---- */

DEVVM_API devvm_ref devvm_nil(devvm_isolate* isolate);
DEVVM_API devvm_ref devvm_boolean(devvm_isolate* isolate, bool value);
DEVVM_API devvm_ref devvm_integer(devvm_isolate* isolate, int64_t value);
DEVVM_API devvm_ref devvm_double(devvm_isolate* isolate, double value);
/** Copies `length` bytes of any content. */
DEVVM_API devvm_ref devvm_string(devvm_isolate* isolate, const char* bytes, size_t length);
/** Copies a text that ends in a zero byte. */
DEVVM_API devvm_ref devvm_text(devvm_isolate* isolate, const char* text);
/** An empty table with room for so many elements and fields. */
DEVVM_API devvm_ref devvm_table(devvm_isolate* isolate, uint32_t elements, uint32_t fields);
/** The table of global variables. */
DEVVM_API devvm_ref devvm_globals(devvm_isolate* isolate);

/* ---- looking at values ---- */

DEVVM_API devvm_kind devvm_kind_of(devvm_isolate* isolate, devvm_ref value);
/** Lua's name of the type: "nil", "number", ... */
DEVVM_API const char* devvm_type_name(devvm_isolate* isolate, devvm_ref value);
/** False for nil and false only. */
DEVVM_API bool devvm_is_true(devvm_isolate* isolate, devvm_ref value);
/** Integers, floats with an integral value and strings that read so; else false. */
DEVVM_API bool devvm_get_integer(devvm_isolate* isolate, devvm_ref value, int64_t* out);
/** Numbers and strings that read so; else false. */
DEVVM_API bool devvm_get_double(devvm_isolate* isolate, devvm_ref value, double* out);
/** The bytes of a string or of a number's text, with a zero byte behind them; NULL for others. They are a copy that
 *  lives as long as the reference. `length` may be NULL. */
DEVVM_API const char* devvm_get_string(devvm_isolate* isolate, devvm_ref value, size_t* length);
/** Same value as rawequal sees it. */
DEVVM_API bool devvm_equal(devvm_isolate* isolate, devvm_ref a, devvm_ref b);

/* ---- tables, without metamethods ---- */

/** The value at a key, nil if there is none; DEVVM_NONE if `table` is no table. */
DEVVM_API devvm_ref devvm_get(devvm_isolate* isolate, devvm_ref table, devvm_ref key);
DEVVM_API devvm_ref devvm_get_field(devvm_isolate* isolate, devvm_ref table, const char* name);
DEVVM_API devvm_ref devvm_get_element(devvm_isolate* isolate, devvm_ref table, int64_t index);
/** DEVVM_MISUSE: no table, or the key is nil or NaN. */
DEVVM_API devvm_status devvm_set(devvm_isolate* isolate, devvm_ref table, devvm_ref key, devvm_ref value);
DEVVM_API devvm_status devvm_set_field(devvm_isolate* isolate, devvm_ref table, const char* name, devvm_ref value);
DEVVM_API devvm_status devvm_set_element(devvm_isolate* isolate, devvm_ref table, int64_t index, devvm_ref value);
/** A border of the table, or the bytes of a string; 0 for others. */
DEVVM_API int64_t devvm_length(devvm_isolate* isolate, devvm_ref value);
/** The entry after *key (DEVVM_NONE or nil: the first) in *key and *value, new references; false at the end. */
DEVVM_API bool devvm_next(devvm_isolate* isolate, devvm_ref table, devvm_ref* key, devvm_ref* value);
/** nil removes it. */
DEVVM_API devvm_status devvm_set_metatable(devvm_isolate* isolate, devvm_ref table, devvm_ref metatable);
DEVVM_API devvm_ref devvm_get_metatable(devvm_isolate* isolate, devvm_ref value);

/* ---- loading and calling ---- */

enum { DEVVM_LOAD_TEXT = 1, DEVVM_LOAD_BINARY = 2 };

/** Makes a function of a Lua text or a binary module (which is verified). `name` as in Lua's load: "=name" or "@file"
 * or the text itself. `modes`: which of both is accepted. A text that lacks its end: devvm_error_incomplete. */
DEVVM_API devvm_status devvm_load(devvm_isolate* isolate, const void* bytes, size_t length, const char* name,
                                  uint32_t modes, devvm_ref* function);
/** Calls a value. `results` gets `wanted` references, filled up with nil; `count` (may be NULL) how many the callee
 * gave. From a host function it nests on the host's stack and coroutines cannot yield across it: devvm_call_then is
 * better. */
DEVVM_API devvm_status devvm_call(devvm_isolate* isolate, devvm_ref function, const devvm_ref* arguments,
                                  uint32_t argument_count, devvm_ref* results, uint32_t wanted, uint32_t* count);

/** About the last call or load that was not DEVVM_OK; texts live until the next one. */
DEVVM_API const char* devvm_error_message(devvm_isolate* isolate, size_t* length);
/** "stack traceback:\n\t..." of where it was raised; "" if there is none. */
DEVVM_API const char* devvm_error_traceback(devvm_isolate* isolate);
/** The error value as the guest raised it. */
DEVVM_API devvm_ref devvm_error_value(devvm_isolate* isolate);
DEVVM_API int devvm_exit_status(const devvm_isolate* isolate);
/** The last load failed because its text ended too early: more text behind it might make it a chunk. A prompt asks for
 *  another line then. False after anything else, also after a load or call that was DEVVM_OK. */
DEVVM_API bool devvm_error_incomplete(const devvm_isolate* isolate);

/* ---- host functions ----
 *
 * A host function answers with what one of the functions below gave it. To call the guest it asks for the call and is
 * entered again with another state when the results are there; so errors, yields and limits pass it as they should.
 * References made during one entry end with it; arguments and locals stay. */

/** What to do next; made by the functions below, handed back by the host function. */
typedef int32_t devvm_answer;
typedef devvm_answer (*devvm_function)(devvm_activation* activation, void* user_data);

/** A function value. `name` appears in messages. `destroy` (may be NULL) gets `user_data` when the isolate goes. */
DEVVM_API devvm_ref devvm_new_function(devvm_isolate* isolate, const char* name, devvm_function function,
                                       void* user_data, void (*destroy)(void* user_data));
/** devvm_new_function as a global variable. */
DEVVM_API devvm_status devvm_register(devvm_isolate* isolate, const char* name, devvm_function function,
                                      void* user_data);

DEVVM_API devvm_isolate* devvm_isolate_of(devvm_activation* activation);
DEVVM_API uint32_t devvm_argument_count(devvm_activation* activation);
/** Argument `index`, from 0; nil if there are fewer. */
DEVVM_API devvm_ref devvm_argument(devvm_activation* activation, uint32_t index);
/** 0 at the first entry, then what devvm_call_then or devvm_yield was given. */
DEVVM_API int32_t devvm_state(devvm_activation* activation);
/** At entries after the first: results of the call, or what the coroutine was resumed with. */
DEVVM_API uint32_t devvm_result_count(devvm_activation* activation);
DEVVM_API devvm_ref devvm_result(devvm_activation* activation, uint32_t index);
/** The protected call raised; the error is result 0. */
DEVVM_API bool devvm_failed(devvm_activation* activation);
/** Values that the function keeps from one entry to the next. */
#define DEVVM_LOCALS 8
DEVVM_API devvm_ref devvm_local(devvm_activation* activation, uint32_t index);
DEVVM_API void devvm_set_local(devvm_activation* activation, uint32_t index, devvm_ref value);
/** Charges fuel for work done by the host. False: stop, and return devvm_raise_pending(). */
DEVVM_API bool devvm_charge(devvm_activation* activation, uint64_t units);

DEVVM_API devvm_answer devvm_return(devvm_activation* activation, const devvm_ref* values, uint32_t count);
DEVVM_API devvm_answer devvm_return_one(devvm_activation* activation, devvm_ref value);
DEVVM_API devvm_answer devvm_raise(devvm_activation* activation, devvm_ref error);
/** An error message with the caller's position in front. */
DEVVM_API devvm_answer devvm_raise_text(devvm_activation* activation, const char* text);
/** "bad argument #1 to 'f' (text)"; index from 0. */
DEVVM_API devvm_answer devvm_raise_argument(devvm_activation* activation, uint32_t index, const char* text);
/** After a failed devvm_charge or a nested devvm_call that ended by a limit. */
DEVVM_API devvm_answer devvm_raise_pending(devvm_activation* activation);
/** Calls `function`; entered again with `state` (not 0) when it has returned. */
DEVVM_API devvm_answer devvm_call_then(devvm_activation* activation, devvm_ref function, const devvm_ref* arguments,
                                       uint32_t count, int32_t state);
/** The same; errors come back too: devvm_failed. */
DEVVM_API devvm_answer devvm_call_protected_then(devvm_activation* activation, devvm_ref function,
                                                 const devvm_ref* arguments, uint32_t count, int32_t state);
/** Calls `function` in place of this one: its results are this call's results. */
DEVVM_API devvm_answer devvm_tail_call(devvm_activation* activation, devvm_ref function, const devvm_ref* arguments,
                                       uint32_t count);
/** Yields the running coroutine; entered again with `state` (not 0) when it is resumed. */
DEVVM_API devvm_answer devvm_yield(devvm_activation* activation, const devvm_ref* values, uint32_t count,
                                   int32_t state);

#ifdef __cplusplus
}
#endif

#endif /* DEVVM_DEVVM_H */
