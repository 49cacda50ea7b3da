package org.vhostdp.attest.json;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** Reads RFC 8259 text. Depth is bounded, so that no text can exhaust the stack. */
final class JsonReader {
  private static final int MOST_DEPTH = 32;
  private static final int MOST_DIGITS = 64;
  private static final Pattern NUMBER =
      Pattern.compile("-?(0|[1-9][0-9]*)([.][0-9]+)?([eE][-+]?[0-9]+)?");

  private final String text;
  private final boolean uniqueKeys;
  private int at;
  private int depth;

  JsonReader(String text, boolean uniqueKeys) {
    this.text = text;
    this.uniqueKeys = uniqueKeys;
  }

  Object read() throws JsonRefused {
    Object value = value();
    blanks();
    if (at < text.length()) {
      throw refused("something follows the value");
    }
    return value;
  }

  private JsonRefused refused(String what) {
    return new JsonRefused(what, at);
  }

  private char peek() throws JsonRefused {
    if (at >= text.length()) {
      throw refused("the text ends early");
    }
    return text.charAt(at);
  }

  private void blanks() {
    while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
      at++;
    }
  }

  private boolean take(char c) throws JsonRefused {
    blanks();
    if (peek() != c) {
      return false;
    }
    at++;
    return true;
  }

  private void need(char c) throws JsonRefused {
    if (!take(c)) {
      throw refused("'" + c + "' is missing");
    }
  }

  private Object value() throws JsonRefused {
    blanks();
    char c = peek();
    return switch (c) {
      case '{' -> object();
      case '[' -> array();
      case '"' -> string();
      case 't' -> word("true", Boolean.TRUE);
      case 'f' -> word("false", Boolean.FALSE);
      case 'n' -> word("null", null);
      default -> {
        if (c != '-' && (c < '0' || c > '9')) {
          throw refused("no value begins with this");
        }
        yield number();
      }
    };
  }

  private Object word(String word, Object meaning) throws JsonRefused {
    if (!text.startsWith(word, at)) {
      throw refused("no value begins with this");
    }
    at += word.length();
    return meaning;
  }

  private void deeper() throws JsonRefused {
    at++;
    if (++depth > MOST_DEPTH) {
      throw refused("the text is nested too deeply");
    }
  }

  private Map<String, Object> object() throws JsonRefused {
    deeper();
    Map<String, Object> map = new LinkedHashMap<>();
    if (!take('}')) {
      do {
        blanks();
        if (peek() != '"') {
          throw refused("a key is missing");
        }
        String key = string();
        need(':');
        Object value = value();
        // Two readers may take different ones of two equal keys, so that a text has two meanings.
        if (uniqueKeys && map.containsKey(key)) {
          throw refused("a key is there twice");
        }
        map.put(key, value);
      } while (take(','));
      need('}');
    }
    depth--;
    return map;
  }

  private List<Object> array() throws JsonRefused {
    deeper();
    List<Object> list = new ArrayList<>();
    if (!take(']')) {
      do {
        list.add(value());
      } while (take(','));
      need(']');
    }
    depth--;
    return list;
  }

  private String string() throws JsonRefused {
    at++;
    StringBuilder out = new StringBuilder();
    for (char c = peek(); c != '"'; c = peek()) {
      at++;
      if (c < 0x20) {
        throw refused("a control character stands in a string");
      }
      out.append(c == '\\' ? escaped() : c);
    }
    at++;
    return out.toString();
  }

  private char escaped() throws JsonRefused {
    char c = peek();
    at++;
    return switch (c) {
      case '"', '\\', '/' -> c;
      case 'b' -> '\b';
      case 'f' -> '\f';
      case 'n' -> '\n';
      case 'r' -> '\r';
      case 't' -> '\t';
      case 'u' -> unicode();
      default -> throw refused("'\\" + c + "' is no escape");
    };
  }

  private char unicode() throws JsonRefused {
    int code = 0;
    for (int i = 0; i < 4; i++) {
      int digit = Character.digit(peek(), 16);
      if (digit < 0) {
        throw refused("a hexadecimal digit is missing");
      }
      code = code << 4 | digit;
      at++;
    }
    return (char) code;
  }

  private Number number() throws JsonRefused {
    int start = at;
    while (at < text.length() && "+-.eE0123456789".indexOf(text.charAt(at)) >= 0) {
      at++;
    }
    if (at - start > MOST_DIGITS || !NUMBER.matcher(text).region(start, at).matches()) {
      at = start;
      throw refused("a number is malformed or too long");
    }
    String digits = text.substring(start, at);
    if (whole(digits)) {
      try {
        return Long.valueOf(digits);
      } catch (NumberFormatException tooLarge) {
        return Double.valueOf(digits);
      }
    }
    double value = Double.parseDouble(digits);
    if (Double.isInfinite(value)) {
      at = start;
      throw refused("a number is too large");
    }
    return value;
  }

  private static boolean whole(String digits) {
    return digits.chars().allMatch(c -> c == '-' || c >= '0' && c <= '9');
  }
}
