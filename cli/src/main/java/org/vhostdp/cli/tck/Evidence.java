package org.vhostdp.cli.tck;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.vhostdp.attest.Certificate;
import org.vhostdp.attest.Printable;
import org.vhostdp.attest.Refused;
import org.vhostdp.attest.TckResult;
import org.vhostdp.attest.json.Json;
import org.vhostdp.attest.json.JsonRefused;

/**
 * A result as a command's argument names it: the file, a certificate, a report folder with its
 * result.json, or a driver folder with its certificate. No signature is verified.
 *
 * @param result the result
 * @param file where it was found
 * @param certificate whether it is the content of a certificate
 */
record Evidence(TckResult result, Path file, boolean certificate) {
  /** What arguments are called in the help. */
  static final String FORMS = "result.json, a report folder, a certificate, or a driver folder";

  static Evidence read(Path argument) throws Refused {
    Path file = argument;
    if (Files.isDirectory(argument)) {
      file = argument.resolve(TckResult.FILE);
      if (!Files.exists(file)) {
        file = Certificate.in(argument);
      }
      if (!Files.exists(file)) {
        throw new Refused(
            "The folder %s has neither %s nor %s: it is neither a report nor a certified driver."
                .formatted(Printable.of(argument), TckResult.FILE, Certificate.FILE));
      }
    }
    String name = Printable.of(file);
    String text = TckResult.textOf(file);
    return isEnvelope(text)
        ? new Evidence(Certificate.parse(text, name).result(), file, true)
        : new Evidence(TckResult.parse(text, name), file, false);
  }

  private static boolean isEnvelope(String text) {
    try {
      return Json.read(text) instanceof Map<?, ?> map && map.containsKey("payload");
    } catch (JsonRefused notJson) {
      // The reader of results says what is wrong with it, with the file's name.
      return false;
    }
  }
}
