package org.vhostdp.tck.report;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Set;

/**
 * HTML as it is written. Text and attribute values come from drivers, so both are always escaped:
 * nothing in them becomes markup, and characters that would hide or reorder text are shown as
 * codes. Names of elements and attributes are the program's own.
 */
public final class Html {
  /** Elements without content. */
  private static final Set<String> VOID = Set.of("meta", "input", "br");

  private final StringBuilder out = new StringBuilder(16 * 1024);
  private final Deque<String> open = new ArrayDeque<>();

  /** Nothing yet. */
  public Html() {}

  /**
   * Begins an element.
   *
   * @param attributes names and values by turns; one whose value is null is left out
   */
  public Html open(String element, String... attributes) {
    out.append('<').append(element);
    for (int i = 0; i < attributes.length; i += 2) {
      if (attributes[i + 1] != null) {
        out.append(' ').append(attributes[i]).append("=\"");
        out.append(escaped(attributes[i + 1])).append('"');
      }
    }
    out.append('>');
    if (!VOID.contains(element)) {
      open.push(element);
    }
    return this;
  }

  /** Ends the element begun last. */
  public Html close() {
    String element = open.pop();
    out.append("</").append(element).append('>');
    if (!isInline(element)) {
      out.append('\n');
    }
    return this;
  }

  /** Text of the element begun last; null is no text. */
  public Html text(Object text) {
    out.append(text == null ? "" : escaped(text.toString()));
    return this;
  }

  /** A whole element with nothing but text. */
  public Html element(String element, Object text, String... attributes) {
    return open(element, attributes).text(text).close();
  }

  /**
   * Begins a table and its body, wide enough to scroll on its own.
   *
   * @param caption says what the table shows
   * @param columns the columns' headers
   */
  public Html table(String caption, String... columns) {
    open("div", "class", "scroll", "tabindex", "0", "role", "region", "aria-label", caption);
    open("table").element("caption", caption).open("thead").open("tr");
    for (String column : columns) {
      element("th", column, "scope", "col");
    }
    return close().close().open("tbody");
  }

  /** Ends a table begun with {@link #table}. */
  public Html endTable() {
    return close().close().close();
  }

  /** A row of a table: its header, and the cells beside it. */
  public Html row(Object header, Object... cells) {
    open("tr").element("th", header, "scope", "row");
    for (Object cell : cells) {
      element("td", cell);
    }
    return close();
  }

  /** Appends the program's own style or script as it is. */
  Html verbatim(String own) {
    out.append(own);
    return this;
  }

  /**
   * What was written.
   *
   * @throws IllegalStateException if an element was not ended
   */
  @Override
  public String toString() {
    if (!open.isEmpty()) {
      throw new IllegalStateException("The elements " + open + " were not ended.");
    }
    return out.toString();
  }

  private static boolean isInline(String element) {
    return switch (element) {
      case "a", "b", "code", "span", "strong", "time" -> true;
      default -> false;
    };
  }

  /** Text that means only itself, in content and in quoted attributes. */
  static String escaped(String text) {
    StringBuilder safe = new StringBuilder(text.length() + 16);
    text.codePoints().forEach(c -> append(safe, c));
    return safe.toString();
  }

  private static void append(StringBuilder safe, int c) {
    switch (c) {
      case '&' -> safe.append("&amp;");
      case '<' -> safe.append("&lt;");
      case '>' -> safe.append("&gt;");
      case '"' -> safe.append("&quot;");
      case '\'' -> safe.append("&#39;");
      case '\n', '\t' -> safe.append((char) c);
      default -> {
        if (isHidden(c)) {
          safe.append("\\u{").append(Integer.toHexString(c)).append('}');
        } else {
          safe.appendCodePoint(c);
        }
      }
    }
  }

  /** Control characters, half surrogates, and those that change the direction of what follows. */
  private static boolean isHidden(int c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.UNASSIGNED,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          true;
      default -> false;
    };
  }
}
