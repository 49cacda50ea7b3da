package org.vhostdp.tck.run;

import java.lang.module.FindException;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleFinder;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.List;
import org.vhostdp.attest.Sha256;
import org.vhostdp.attest.TckResult;
import org.vhostdp.tck.rule.Rule;

/** Which kit this is. */
final class KitVersion {
  private static final String UNKNOWN = "(unpacked)";
  private static final String MODULE = "org.vhostdp.tck";

  private KitVersion() {}

  /** The kit with these rules. */
  static TckResult.Kit of(List<Rule> rules) {
    StringBuilder text = new StringBuilder();
    for (Rule rule : rules) {
      text.append(rule.id()).append(' ').append(rule.sentence()).append('\n');
    }
    String digest = Sha256.of(text.toString().getBytes(StandardCharsets.UTF_8));
    return new TckResult.Kit(version(), digest, rules.size());
  }

  private static String version() {
    ModuleDescriptor descriptor = KitVersion.class.getModule().getDescriptor();
    return descriptor == null ? ofJar() : descriptor.rawVersion().orElse(UNKNOWN);
  }

  /** On the class path the jar still is a module to whoever opens it. */
  private static String ofJar() {
    CodeSource source = KitVersion.class.getProtectionDomain().getCodeSource();
    if (source == null || source.getLocation() == null) {
      return UNKNOWN;
    }
    try {
      return ModuleFinder.of(Path.of(source.getLocation().toURI()))
          .find(MODULE)
          .flatMap(module -> module.descriptor().rawVersion())
          .orElse(UNKNOWN);
    } catch (URISyntaxException | FindException e) {
      return UNKNOWN;
    }
  }
}
