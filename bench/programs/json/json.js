// Writes a document as JSON, compact and indented, parses both texts and compares, and parses a
// broken text: a recursive-descent parser and a tree of objects of five classes.
// Size: number of documents of 100 records.
"use strict";
const documents = Number(process.argv[2] || 100);

const RECORDS = 100;

const ESCAPES = {
  '"': '\\"', "\\": "\\\\", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t",
};

// Without an indent the text is compact; with one, elements stand on lines of their own.
class Writer {
  constructor(indent) {
    this.text = "";
    this.indent = indent;
    this.level = 0;
  }

  put(text) {
    this.text += text;
  }

  newLine() {
    if (this.indent) this.put("\n" + this.indent.repeat(this.level));
  }

  open(bracket) {
    this.put(bracket);
    this.level++;
    this.newLine();
  }

  separate() {
    this.put(",");
    this.newLine();
  }

  close(bracket) {
    this.level--;
    this.newLine();
    this.put(bracket);
  }

  putQuoted(text) {
    const escaped = text.replace(/[\x00-\x1f"\\]/g, (char) =>
      ESCAPES[char] || "\\u" + char.charCodeAt(0).toString(16).padStart(4, "0"));
    this.put('"' + escaped + '"');
  }
}

// Subclasses define writeTo(writer) and weigh(), a number that depends on all of the contents.
class Value {
  toJson(indent) {
    const writer = new Writer(indent);
    this.writeTo(writer);
    return writer.text;
  }

  asNumber() {
    throw new Error("not a number");
  }
}

class JsonLiteral extends Value {
  constructor(text, weight) {
    super();
    this.text = text;
    this.weight = weight;
  }

  writeTo(writer) {
    writer.put(this.text);
  }

  weigh() {
    return this.weight;
  }
}

const NULL = new JsonLiteral("null", 1);
const FALSE = new JsonLiteral("false", 2);
const TRUE = new JsonLiteral("true", 3);

class JsonNumber extends Value {
  constructor(value) {
    super();
    this.value = value;
  }

  writeTo(writer) {
    const value = this.value;
    writer.put(value === Math.floor(value) ? String(value) : value.toFixed(2));
  }

  weigh() {
    return Math.floor(this.value * 4);
  }

  asNumber() {
    return this.value;
  }
}

class JsonString extends Value {
  constructor(text) {
    super();
    this.text = text;
  }

  writeTo(writer) {
    writer.putQuoted(this.text);
  }

  weigh() {
    return this.text.length;
  }
}

class JsonArray extends Value {
  constructor() {
    super();
    this.items = [];
  }

  add(value) {
    this.items.push(value);
    return this;
  }

  writeTo(writer) {
    const items = this.items;
    if (items.length === 0) {
      writer.put("[]");
      return;
    }
    writer.open("[");
    for (let i = 0; i < items.length; i++) {
      if (i > 0) writer.separate();
      items[i].writeTo(writer);
    }
    writer.close("]");
  }

  weigh() {
    let sum = this.items.length;
    for (let i = 0; i < this.items.length; i++) sum += (i + 1) % 3 * this.items[i].weigh();
    return sum;
  }
}

// Members keep the order in which they were added, as a Map does.
class JsonObject extends Value {
  constructor() {
    super();
    this.members = new Map();
  }

  set(name, value) {
    this.members.set(name, value);
    return this;
  }

  get(name) {
    return this.members.get(name);
  }

  writeTo(writer) {
    if (this.members.size === 0) {
      writer.put("{}");
      return;
    }
    writer.open("{");
    let first = true;
    for (const [name, value] of this.members) {
      if (!first) writer.separate();
      first = false;
      writer.putQuoted(name);
      writer.put(writer.indent ? ": " : ":");
      value.writeTo(writer);
    }
    writer.close("}");
  }

  weigh() {
    let sum = 0;
    for (const [name, value] of this.members) sum += name.length + value.weigh();
    return sum;
  }
}

const byte = (char) => char.charCodeAt(0);

const QUOTE = byte('"'), BACKSLASH = byte("\\"), COMMA = byte(","), COLON = byte(":");
const MINUS = byte("-"), PLUS = byte("+"), DOT = byte(".");
const OPEN_BRACE = byte("{"), CLOSE_BRACE = byte("}");
const OPEN_BRACKET = byte("["), CLOSE_BRACKET = byte("]");
const LETTER_E = byte("e"), LETTER_E_LARGE = byte("E");
const LETTER_F = byte("f"), LETTER_N = byte("n"), LETTER_T = byte("t"), LETTER_U = byte("u");
const DIGIT_0 = byte("0"), DIGIT_9 = byte("9");
const SPACE = byte(" "), TAB = byte("\t"), LINE_FEED = byte("\n"), RETURN = byte("\r");

const UNESCAPES = new Map([
  [QUOTE, '"'], [BACKSLASH, "\\"], [byte("/"), "/"], [byte("b"), "\b"], [LETTER_F, "\f"],
  [LETTER_N, "\n"], [byte("r"), "\r"], [LETTER_T, "\t"],
]);

// Thrown for malformed text, with the place counted from 1.
class JsonSyntaxError extends Error {
  constructor(message, position) {
    super(message);
    this.position = position;
  }
}

class Parser {
  constructor(text) {
    this.text = text;
    this.position = 0;
    this.current = this.read();
  }

  fail(message) {
    throw new JsonSyntaxError(message, this.position + 1);
  }

  // The current byte, -1 after the end.
  read() {
    return this.position < this.text.length ? this.text.charCodeAt(this.position) : -1;
  }

  advance() {
    this.position++;
    this.current = this.read();
  }

  skipSpace() {
    while (this.current === SPACE || this.current === LINE_FEED || this.current === TAB ||
           this.current === RETURN) {
      this.advance();
    }
  }

  // Skips space and the given byte, and says whether that byte was there.
  accept(wanted) {
    this.skipSpace();
    if (this.current !== wanted) return false;
    this.advance();
    return true;
  }

  expect(wanted) {
    if (!this.accept(wanted)) this.fail("expected " + String.fromCharCode(wanted));
  }

  parseDocument() {
    const value = this.parseValue();
    this.skipSpace();
    if (this.current >= 0) this.fail("text after the end");
    return value;
  }

  parseValue() {
    this.skipSpace();
    switch (this.current) {
      case OPEN_BRACE: return this.parseObject();
      case OPEN_BRACKET: return this.parseArray();
      case QUOTE: return new JsonString(this.parseString());
      case LETTER_N: return this.parseLiteral(NULL);
      case LETTER_F: return this.parseLiteral(FALSE);
      case LETTER_T: return this.parseLiteral(TRUE);
      default: return this.parseNumber();
    }
  }

  parseObject() {
    const object = new JsonObject();
    this.advance();
    if (this.accept(CLOSE_BRACE)) return object;
    do {
      this.skipSpace();
      if (this.current !== QUOTE) this.fail("expected a name");
      const name = this.parseString();
      this.expect(COLON);
      object.set(name, this.parseValue());
    } while (this.accept(COMMA));
    this.expect(CLOSE_BRACE);
    return object;
  }

  parseArray() {
    const array = new JsonArray();
    this.advance();
    if (this.accept(CLOSE_BRACKET)) return array;
    do {
      array.add(this.parseValue());
    } while (this.accept(COMMA));
    this.expect(CLOSE_BRACKET);
    return array;
  }

  parseLiteral(literal) {
    const text = literal.text;
    for (let i = 0; i < text.length; i++) {
      if (this.current !== text.charCodeAt(i)) this.fail("expected " + text);
      this.advance();
    }
    return literal;
  }

  parseString() {
    this.advance();
    let start = this.position;
    let result = "";
    while (this.current !== QUOTE) {
      if (this.current < SPACE) this.fail("unfinished string");
      if (this.current === BACKSLASH) {
        result += this.text.slice(start, this.position);
        this.advance();
        result += this.parseEscape();
        start = this.position;
      } else {
        this.advance();
      }
    }
    result += this.text.slice(start, this.position);
    this.advance();
    return result;
  }

  parseEscape() {
    if (this.current === LETTER_U) {
      const digits = this.text.slice(this.position + 1, this.position + 5);
      const code = /^[0-9a-fA-F]+$/.test(digits) ? parseInt(digits, 16) : NaN;
      if (!(code <= 127)) this.fail("unknown character");
      for (let i = 0; i < 5; i++) this.advance();
      return String.fromCharCode(code);
    }
    const char = UNESCAPES.get(this.current);
    if (char === undefined) this.fail("unknown escape");
    this.advance();
    return char;
  }

  atDigit() {
    return this.current >= DIGIT_0 && this.current <= DIGIT_9;
  }

  skipDigits() {
    if (!this.atDigit()) this.fail("expected a digit");
    while (this.atDigit()) this.advance();
  }

  parseNumber() {
    const start = this.position;
    if (this.current === MINUS) this.advance();
    this.skipDigits();
    if (this.current === DOT) {
      this.advance();
      this.skipDigits();
    }
    if (this.current === LETTER_E || this.current === LETTER_E_LARGE) {
      this.advance();
      if (this.current === PLUS || this.current === MINUS) this.advance();
      this.skipDigits();
    }
    return new JsonNumber(Number(this.text.slice(start, this.position)));
  }
}

const parse = (text) => new Parser(text).parseDocument();

const NAMES = ["Ada", "Bohr", "Curie", "Darwin", "Euler", "Fermi", "Gauss", "Hopper"];
const NOTES = [
  "plain text", "two\nlines", 'a "quoted" word', "back\\slash and\ttab", "bell\x07 and null\0",
];

function makeRecord(index) {
  let seed = index * 7919 % 65536;
  const random = (limit) => {
    seed = (seed * 25173 + 13849) % 65536;
    return seed % limit;
  };
  const tags = new JsonArray();
  for (let i = random(6); i > 0; i--) tags.add(new JsonString("tag" + random(100)));
  const point = new JsonObject()
    .set("x", new JsonNumber((random(2000) - 1000) / 4))
    .set("y", new JsonNumber((random(2000) - 1000) / 4));
  return new JsonObject()
    .set("id", new JsonNumber(index))
    .set("name", new JsonString(NAMES[random(8)]))
    .set("active", random(2) === 0 ? TRUE : FALSE)
    .set("score", new JsonNumber(random(4000) / 4))
    .set("parent", random(3) === 0 ? NULL : new JsonNumber(random(1000)))
    .set("tags", tags)
    .set("point", point)
    .set("note", new JsonString(NOTES[random(5)]));
}

function makeDocument(index) {
  const records = new JsonArray();
  for (let i = 1; i <= RECORDS; i++) records.add(makeRecord(index * RECORDS + i));
  return new JsonObject()
    .set("version", new JsonNumber(index))
    .set("empty", new JsonObject())
    .set("records", records);
}

// The place at which parsing a text fails.
function placeOfError(text) {
  try {
    parse(text);
  } catch (error) {
    if (error instanceof JsonSyntaxError) return error.position;
  }
  throw new Error("the text is not malformed");
}

let length = 0, checksum = 0;
for (let index = 1; index <= documents; index++) {
  const compact = makeDocument(index).toJson(null);
  const parsed = parse(compact);
  const indented = parsed.toJson("  ");
  const again = parse(indented);
  if (again.toJson(null) !== compact) throw new Error("the texts differ");
  let scores = 0;
  for (const record of again.get("records").items) scores += record.get("score").asNumber();
  length += compact.length + indented.length;
  checksum = (checksum * 31 + parsed.weigh() + Math.floor(scores) +
    placeOfError(compact.slice(0, Math.floor(compact.length / 2)))) % 1000003;
}
console.log(`json ${documents}: ${length} ${checksum}`);
