package org.vhostdp.attest;

import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.vhostdp.attest.json.Json;
import org.vhostdp.attest.json.JsonRefused;

/**
 * The fields of a JSON object of strangers: each is there and of its kind, or a sentence says so.
 */
final class Fields {
  private static final int MOST_TEXT = 64 * 1024;
  private static final int MOST_ELEMENTS = 10_000;

  private final Map<String, Object> map;
  private final String source;
  private final String where;

  /**
   * Over an object.
   *
   * @param source what refusals call the file
   * @param where the object's own place in it, "" for the outermost
   */
  Fields(Map<String, Object> map, String source, String where) {
    this.map = map;
    this.source = source;
    this.where = where;
  }

  static Fields parse(String text, String source) throws Refused {
    try {
      if (Json.read(text) instanceof Map<?, ?> map) {
        return new Fields(Json.object(map), source, "");
      }
      throw new Refused(source + " is no JSON object.");
    } catch (JsonRefused e) {
      throw new Refused("%s is not JSON: %s.".formatted(source, Printable.of(e.getMessage())), e);
    }
  }

  Map<String, Object> map() {
    return map;
  }

  boolean has(String key) {
    return map.containsKey(key);
  }

  Refused refused(String key, String what) {
    return new Refused(
        "In %s, the field %s%s %s.".formatted(source, where, Printable.of(key), what));
  }

  private Object need(String key) throws Refused {
    Object value = map.get(key);
    if (value == null) {
      throw refused(key, "is missing");
    }
    return value;
  }

  private String text(String key, Object value) throws Refused {
    if (!(value instanceof String text)) {
      throw refused(key, "is not text");
    }
    if (text.length() > MOST_TEXT) {
      throw refused(key, "is longer than " + MOST_TEXT + " characters");
    }
    if (!Printable.lines(text).equals(text)) {
      throw refused(key, "has control characters");
    }
    return text;
  }

  String text(String key) throws Refused {
    return text(key, need(key));
  }

  /** Text that is not empty and fits a line. */
  String word(String key) throws Refused {
    String text = text(key);
    if (text.isBlank() || text.indexOf('\n') >= 0) {
      throw refused(key, "is not one line of text");
    }
    return text;
  }

  String digest(String key) throws Refused {
    String text = text(key);
    if (!Sha256.isDigest(text)) {
      throw refused(key, "is no SHA-256 of 64 small hexadecimal digits");
    }
    return text;
  }

  void mustBe(String key, String expected) throws Refused {
    String text = text(key);
    if (!text.equals(expected)) {
      throw refused(key, "is \"%s\", not \"%s\"".formatted(Printable.of(text), expected));
    }
  }

  long whole(String key, long least) throws Refused {
    if (!(need(key) instanceof Long number)) {
      throw refused(key, "is no whole number of 64 bits");
    }
    if (number < least) {
      throw refused(key, "is less than " + least);
    }
    return number;
  }

  double number(String key) throws Refused {
    if (!(need(key) instanceof Number number)) {
      throw refused(key, "is no number");
    }
    return number.doubleValue();
  }

  boolean flag(String key) throws Refused {
    if (!(need(key) instanceof Boolean flag)) {
      throw refused(key, "is neither true nor false");
    }
    return flag;
  }

  Instant instant(String key) throws Refused {
    try {
      return Instant.parse(word(key));
    } catch (DateTimeException e) {
      throw refused(key, "is no time such as 2026-01-02T03:04:05Z");
    }
  }

  /** Bytes in one of the two base64 alphabets, which DSSE allows both. */
  byte[] base64(String key) throws Refused {
    if (!(need(key) instanceof String text)) {
      throw refused(key, "is not text");
    }
    try {
      return Base64.getDecoder().decode(text.replace('-', '+').replace('_', '/'));
    } catch (IllegalArgumentException e) {
      throw refused(key, "is not base64");
    }
  }

  private Fields object(String key, Object value) throws Refused {
    if (!(value instanceof Map<?, ?>)) {
      throw refused(key, "is no object");
    }
    return new Fields(Json.object(value), source, where + Printable.of(key) + ".");
  }

  Fields object(String key) throws Refused {
    return object(key, need(key));
  }

  private List<?> list(String key, int most) throws Refused {
    if (!(need(key) instanceof List<?> list)) {
      throw refused(key, "is no list");
    }
    if (list.size() > most) {
      throw refused(key, "has more than %d elements".formatted(most));
    }
    return list;
  }

  List<Fields> objects(String key, int most) throws Refused {
    List<Fields> objects = new ArrayList<>();
    for (Object each : list(key, most)) {
      objects.add(object("%s[%d]".formatted(key, objects.size()), each));
    }
    return objects;
  }

  List<Fields> objects(String key) throws Refused {
    return objects(key, MOST_ELEMENTS);
  }

  List<String> texts(String key) throws Refused {
    List<String> texts = new ArrayList<>();
    for (Object each : list(key, MOST_ELEMENTS)) {
      texts.add(text("%s[%d]".formatted(key, texts.size()), each));
    }
    return texts;
  }

  /** An object of texts by name. */
  SortedMap<String, String> textMap(String key) throws Refused {
    Fields object = object(key);
    SortedMap<String, String> texts = new TreeMap<>();
    for (String name : object.names()) {
      texts.put(name, object.text(name));
    }
    return texts;
  }

  /** The names of the fields: one line each, not too many. */
  List<String> names() throws Refused {
    if (map.size() > MOST_ELEMENTS) {
      throw refused("", "has more than %d fields".formatted(MOST_ELEMENTS));
    }
    for (String name : map.keySet()) {
      if (name.isBlank() || name.length() > 4096 || !Printable.of(name).equals(name)) {
        throw refused(name, "has a name that is empty, long, or has control characters");
      }
    }
    return List.copyOf(map.keySet());
  }
}
