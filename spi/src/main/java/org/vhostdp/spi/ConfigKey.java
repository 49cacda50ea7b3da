package org.vhostdp.spi;

import java.util.List;
import java.util.Objects;

/** One key of a driver's configuration. Immutable. */
public final class ConfigKey {
  /** The form of a value. Values may be added: never switch without a default. */
  public enum Type {
    /** Any text. */
    STRING,
    /** A whole number, with a range. */
    INTEGER,
    /** true or false. */
    BOOLEAN,
    /** One of a list of words. */
    CHOICE,
    /** A path of the file system. */
    PATH,
    /** Six bytes in hexadecimal, separated by colons. */
    MAC
  }

  private final String name;
  private final Type type;
  private final String doc;
  private final String defaultValue;
  private final boolean required;
  private final boolean secret;
  private final long min;
  private final long max;
  private final List<String> choices;

  private ConfigKey(
      String name,
      Type type,
      String doc,
      String defaultValue,
      boolean required,
      boolean secret,
      long min,
      long max,
      List<String> choices) {
    this.name = Objects.requireNonNull(name);
    this.type = Objects.requireNonNull(type);
    this.doc = Objects.requireNonNull(doc);
    this.defaultValue = defaultValue;
    this.required = required;
    this.secret = secret;
    this.min = min;
    this.max = max;
    this.choices = List.copyOf(choices);
  }

  /**
   * An optional key of text.
   *
   * @param doc one sentence for help
   */
  public static ConfigKey string(String name, String doc) {
    return of(name, Type.STRING, doc);
  }

  /** An optional whole number from min to max. */
  public static ConfigKey integer(String name, long min, long max, String doc) {
    return new ConfigKey(name, Type.INTEGER, doc, null, false, false, min, max, List.of());
  }

  /** An optional true or false. */
  public static ConfigKey bool(String name, String doc) {
    return of(name, Type.BOOLEAN, doc);
  }

  /** An optional word of a list. */
  public static ConfigKey choice(String name, List<String> choices, String doc) {
    return new ConfigKey(name, Type.CHOICE, doc, null, false, false, 0, 0, choices);
  }

  /** An optional path. */
  public static ConfigKey path(String name, String doc) {
    return of(name, Type.PATH, doc);
  }

  /** An optional MAC address. */
  public static ConfigKey mac(String name, String doc) {
    return of(name, Type.MAC, doc);
  }

  private static ConfigKey of(String name, Type type, String doc) {
    return new ConfigKey(name, type, doc, null, false, false, 0, 0, List.of());
  }

  /** This key with a value for when it is absent. */
  public ConfigKey withDefault(String value) {
    return new ConfigKey(name, type, doc, value, required, secret, min, max, choices);
  }

  /** This key, which must be given. */
  public ConfigKey mandatory() {
    return new ConfigKey(name, type, doc, defaultValue, true, secret, min, max, choices);
  }

  /** This key, whose value is never shown. */
  public ConfigKey confidential() {
    return new ConfigKey(name, type, doc, defaultValue, required, true, min, max, choices);
  }

  public String name() {
    return name;
  }

  public Type type() {
    return type;
  }

  /** One sentence for help. */
  public String doc() {
    return doc;
  }

  /** The value when absent, or null. */
  public String defaultValue() {
    return defaultValue;
  }

  public boolean required() {
    return required;
  }

  public boolean secret() {
    return secret;
  }

  /** The form in words, such as "a whole number from 1 to 256". */
  public String form() {
    return switch (type) {
      case INTEGER -> "a whole number from " + min + " to " + max;
      case BOOLEAN -> "true or false";
      case CHOICE -> "one of " + String.join(", ", choices);
      case MAC -> "a MAC address such as 52:54:00:12:34:56";
      case PATH -> "a path";
      default -> "text";
    };
  }

  /** Whether a text is a value of this key. */
  public boolean accepts(String value) {
    return switch (type) {
      case INTEGER -> isNumber(value);
      case BOOLEAN -> value.equals("true") || value.equals("false");
      case CHOICE -> choices.contains(value);
      case MAC -> value.matches("(?i)([0-9a-f]{2}:){5}[0-9a-f]{2}");
      case PATH -> !value.isEmpty() && value.indexOf('\0') < 0;
      default -> value.indexOf('\0') < 0;
    };
  }

  private boolean isNumber(String value) {
    if (!value.matches("-?\\d{1,18}")) {
      return false;
    }
    long number = Long.parseLong(value);
    return number >= min && number <= max;
  }
}
