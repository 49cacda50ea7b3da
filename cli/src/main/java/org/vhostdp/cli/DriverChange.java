package org.vhostdp.cli;

import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.Map;
import org.vhostdp.attest.Printable;
import org.vhostdp.attest.json.Json;
import org.vhostdp.spi.Version;
import org.vhostdp.store.install.Change;

/** A change of the store, as commands take and show it. */
final class DriverChange {
  private DriverChange() {}

  static int show(Change change, boolean json, PrintWriter out) {
    if (json) {
      Map<String, Object> shown = new LinkedHashMap<>();
      shown.put("id", change.driver().id());
      shown.put("version", change.driver().version().toString());
      shown.put("sha256", change.sha());
      shown.put("active", change.active());
      shown.put("done", change.sentence());
      out.println(Json.pretty(shown));
    } else {
      out.println(change.sentence());
    }
    return Exit.OK;
  }

  /** A version that was given as an argument; null stays null. */
  static Version version(String text) throws CommandFailed {
    if (text == null) {
      return null;
    }
    try {
      return Version.parse(text);
    } catch (IllegalArgumentException e) {
      throw new CommandFailed(
          Exit.USAGE,
          "\"%s\" is not a version; write major.minor or major.minor.patch."
              .formatted(Printable.of(text)),
          e);
    }
  }
}
