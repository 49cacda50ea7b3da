package org.vhostdp.cli.tck;

import java.nio.file.Files;
import java.nio.file.Path;
import org.vhostdp.attest.Printable;
import org.vhostdp.attest.Refused;
import org.vhostdp.attest.Trust;

/** Where the operator's trusted keys lie. */
public final class TrustFolder {
  private static final Path MACHINE = Path.of("/etc/vhost-dp/trust");

  private TrustFolder() {}

  /** This user's trust folder if it exists, otherwise the machine's, which may not exist. */
  public static Path standard() {
    String config = System.getenv("XDG_CONFIG_HOME");
    String home = System.getProperty("user.home", "");
    Path folder = null;
    if (config != null && !config.isBlank()) {
      folder = Path.of(config, "vhost-dp", "trust");
    } else if (!home.isBlank()) {
      folder = Path.of(home, ".config", "vhost-dp", "trust");
    }
    return folder != null && Files.isDirectory(folder) ? folder : MACHINE;
  }

  /** Reads a folder that the operator named, which must exist, or the standard one for null. */
  static Trust read(Path named) throws Refused {
    if (named != null && !Files.isDirectory(named)) {
      throw new Refused("There is no trust folder %s.".formatted(Printable.of(named)));
    }
    return Trust.read(named == null ? standard() : named);
  }
}
