package org.vhostdp.cli.config;

import java.util.List;

/**
 * A value as the operator wrote it.
 *
 * @param raw text, Long, Boolean, or a list of these; any other type is a mistake of the operator
 * @param where file and line, or the option
 */
record Value(Object raw, String where) {
  /** The value as text, lists separated by commas; null if its type has no meaning here. */
  String text() {
    if (raw instanceof List<?> list) {
      StringBuilder joined = new StringBuilder();
      for (Object element : list) {
        if (!scalar(element)) {
          return null;
        }
        joined.append(joined.isEmpty() ? "" : ",").append(element);
      }
      return joined.toString();
    }
    return scalar(raw) ? raw.toString() : null;
  }

  private static boolean scalar(Object value) {
    return value instanceof String || value instanceof Long || value instanceof Boolean;
  }
}
