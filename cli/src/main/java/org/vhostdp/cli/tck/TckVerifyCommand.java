package org.vhostdp.cli.tck;

import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.vhostdp.attest.Certificate;
import org.vhostdp.attest.Printable;
import org.vhostdp.attest.Refused;
import org.vhostdp.attest.TckResult;
import org.vhostdp.attest.Trust;
import org.vhostdp.attest.TrustLevel;
import org.vhostdp.attest.Verification;
import org.vhostdp.attest.Verified;
import org.vhostdp.attest.json.Json;
import org.vhostdp.cli.CommandFailed;
import org.vhostdp.cli.CommonOptions;
import org.vhostdp.cli.Exit;
import org.vhostdp.store.DriverDescriptor;
import org.vhostdp.store.DriverRefused;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code vhost-dp tck verify}: loads nothing of the driver. */
@Command(
    name = "verify",
    description = {
      "Verify a driver folder against its certificate, or a certificate alone: signature, trust,"
          + " revocation, files and verdict. Nothing of the driver is loaded.",
      ""
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  vhost-dp tck verify target/store/toy",
      "  vhost-dp tck verify target/store/toy --trust my-trust --level vendor",
      "  vhost-dp tck verify toy.dsse.json --level none",
      "",
      "Exit codes: 0 verified, 1 refused, 2 wrong options."
    })
final class TckVerifyCommand implements Callable<Integer> {
  @Parameters(paramLabel = "FOLDER|CERT", description = "A driver's folder, or a certificate.")
  private Path what;

  @Option(
      names = "--trust",
      paramLabel = "DIR",
      description = "The trust folder (~/.config/vhost-dp/trust, or /etc/vhost-dp/trust).")
  private Path trustFolder;

  @Option(
      names = "--level",
      paramLabel = "LEVEL",
      defaultValue = "self",
      description = "The least level: none, self, vendor or project (${DEFAULT-VALUE}).")
  private String level;

  @Option(names = "--json", description = "Show the finding as JSON.")
  private boolean json;

  @Mixin private CommonOptions common;
  @Spec private CommandSpec spec;

  /** For picocli. */
  TckVerifyCommand() {}

  @Override
  public Integer call() throws CommandFailed {
    TrustLevel required = required();
    PrintWriter out = spec.commandLine().getOut();
    try {
      Verified verified = verify(TrustFolder.read(trustFolder), required);
      if (json) {
        out.println(Json.pretty(json(verified)));
      } else {
        print(out, verified);
      }
      return Exit.OK;
    } catch (Refused | DriverRefused e) {
      if (!json) {
        throw new CommandFailed(Exit.FAILED, e.getMessage(), e);
      }
      Map<String, Object> refused = new LinkedHashMap<>();
      refused.put("ok", false);
      refused.put("refusal", e.getMessage());
      out.println(Json.pretty(refused));
      return Exit.FAILED;
    }
  }

  private TrustLevel required() throws CommandFailed {
    try {
      return TrustLevel.parse(level);
    } catch (Refused e) {
      throw new CommandFailed(Exit.USAGE, "--level: " + e.getMessage(), e);
    }
  }

  private Verified verify(Trust trust, TrustLevel required) throws Refused, DriverRefused {
    if (Files.isDirectory(what)) {
      DriverDescriptor descriptor = DriverDescriptor.read(what);
      return Verification.check(
          what, descriptor.id(), descriptor.version().toString(), trust, required);
    }
    return Verification.check(Certificate.read(what), Printable.of(what), trust, required);
  }

  private static Map<String, Object> json(Verified verified) {
    Map<String, Object> out = new LinkedHashMap<>();
    out.put("ok", true);
    out.put("level", verified.level().word());
    out.put("signer", verified.signer());
    out.put("keyid", verified.keyId());
    Certificate certificate = verified.certificate().orElse(null);
    out.put("certificate", certificate == null ? null : certificate.digest());
    if (certificate != null) {
      out.put("driver", certificate.result().driver().id());
      out.put("version", certificate.result().driver().version());
      out.put("verdict", certificate.result().passed() ? "pass" : "fail");
    }
    out.put("warnings", verified.warnings());
    return out;
  }

  private void print(PrintWriter out, Verified verified) {
    out.println("verified     " + Printable.of(what));
    out.println("level        " + verified.level().word());
    if (!verified.signer().isEmpty()) {
      out.println(
          "signed by    %s, key %s".formatted(Printable.of(verified.signer()), verified.keyId()));
    }
    if (verified.certificate().isPresent()) {
      Certificate certificate = verified.certificate().get();
      TckResult result = certificate.result();
      out.println("certificate  " + certificate.digest());
      out.println("driver       " + result.driver().id() + " " + result.driver().version());
      out.println("verdict      " + (result.passed() ? "pass" : "fail"));
    }
    PrintWriter err = spec.commandLine().getErr();
    verified.warnings().forEach(warning -> err.println("vhost-dp: " + warning));
  }
}
