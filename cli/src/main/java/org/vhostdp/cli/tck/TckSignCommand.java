package org.vhostdp.cli.tck;

import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import org.vhostdp.attest.Certificate;
import org.vhostdp.attest.FolderDigest;
import org.vhostdp.attest.Printable;
import org.vhostdp.attest.Refused;
import org.vhostdp.attest.SigningKey;
import org.vhostdp.attest.TckResult;
import org.vhostdp.attest.json.Json;
import org.vhostdp.cli.CommandFailed;
import org.vhostdp.cli.CommonOptions;
import org.vhostdp.cli.Exit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code vhost-dp tck sign}. */
@Command(
    name = "sign",
    description = {
      "Sign the result of a run: it becomes the driver's certificate. The driver's files must be"
          + " those that were tested.",
      ""
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  vhost-dp tck sign --result report --key me.pem --driver target/store/toy",
      "  vhost-dp tck sign --result report/result.json --key me.pem --out toy.dsse.json",
      "",
      "Exit codes: 0 signed, 1 refused, 2 wrong options."
    })
final class TckSignCommand implements Callable<Integer> {
  @Option(
      names = "--result",
      required = true,
      paramLabel = "FILE|DIR",
      description = "The result.json of a run, or the report folder with it.")
  private Path source;

  @Option(
      names = "--key",
      required = true,
      paramLabel = "KEY.pem",
      description = "The private key, as tck key makes it.")
  private Path keyFile;

  @Option(
      names = "--driver",
      paramLabel = "FOLDER",
      description = "The tested driver's folder; its certificate goes into it.")
  private Path driver;

  @Option(
      names = "--out",
      paramLabel = "FILE",
      description = "Where the certificate goes instead (attest/certificate.dsse.json).")
  private Path out;

  @Option(names = "--even-failed", description = "Sign a result whose verdict is fail, too.")
  private boolean evenFailed;

  @Option(names = "--json", description = "Show what was done as JSON.")
  private boolean json;

  @Mixin private CommonOptions common;
  @Spec private CommandSpec spec;

  /** For picocli. */
  TckSignCommand() {}

  @Override
  public Integer call() throws CommandFailed, Refused {
    if (driver == null && out == null) {
      throw new CommandFailed(
          Exit.USAGE,
          "Name the driver's folder with --driver, or the certificate's file with --out.");
    }
    TckResult result =
        TckResult.read(Files.isDirectory(source) ? source.resolve(TckResult.FILE) : source);
    if (driver != null) {
      compare(result.files(), FolderDigest.of(driver));
    }
    if (!result.passed() && !evenFailed) {
      throw new CommandFailed(
          "The verdict of %s is fail: %s It is signed with --even-failed only."
              .formatted(
                  Printable.of(source),
                  String.join(" ", result.verdict().reasons().stream().limit(5).toList())));
    }
    SigningKey key = SigningKey.read(keyFile);
    PrintWriter err = spec.commandLine().getErr();
    if (SigningKey.isExposed(keyFile)) {
      err.println(
          "vhost-dp: Others can read %s. Make it yours alone: chmod 600."
              .formatted(Printable.of(keyFile)));
    }
    Certificate certificate = Certificate.sign(result, key);
    Path file = out == null ? Certificate.in(driver) : out;
    certificate.write(file);
    say(certificate, key, file);
    return Exit.OK;
  }

  private void compare(SortedMap<String, String> tested, SortedMap<String, String> found)
      throws CommandFailed {
    TreeSet<String> names = new TreeSet<>(tested.keySet());
    names.addAll(found.keySet());
    List<String> wrong =
        names.stream()
            .filter(name -> !tested.getOrDefault(name, "").equals(found.get(name)))
            .map(
                name ->
                    Printable.of(name)
                        + (!found.containsKey(name)
                            ? " (missing)"
                            : tested.containsKey(name) ? " (changed)" : " (extra)"))
            .toList();
    if (!wrong.isEmpty()) {
      throw new CommandFailed(
          "The folder %s is not what was tested; it differs in %s. Test it again, then sign."
              .formatted(
                  Printable.of(driver), String.join(", ", wrong.stream().limit(5).toList())));
    }
  }

  private void say(Certificate certificate, SigningKey key, Path file) {
    TckResult result = certificate.result();
    PrintWriter stream = spec.commandLine().getOut();
    if (json) {
      Map<String, Object> done = new LinkedHashMap<>();
      done.put("driver", result.driver().id());
      done.put("version", result.driver().version());
      done.put("verdict", result.passed() ? "pass" : "fail");
      done.put("keyid", key.publicKey().id());
      done.put("digest", certificate.digest());
      done.put("certificate", file.toString());
      stream.println(Json.pretty(done));
    } else {
      stream.println(
          "%s %s: %s, signed with the key %s"
              .formatted(
                  result.driver().id(),
                  result.driver().version(),
                  result.passed() ? "pass" : "fail",
                  key.publicKey().id()));
      stream.println("certificate %s: %s".formatted(certificate.digest(), Printable.of(file)));
    }
  }
}
