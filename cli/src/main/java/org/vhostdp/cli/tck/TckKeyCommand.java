package org.vhostdp.cli.tck;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.vhostdp.attest.Refused;
import org.vhostdp.attest.SigningKey;
import org.vhostdp.attest.json.Json;
import org.vhostdp.cli.CommonOptions;
import org.vhostdp.cli.Exit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code vhost-dp tck key}. */
@Command(
    name = "key",
    description = {
      "Make a key for signing certificates: a private one, readable by you alone, and beside it the"
          + " public one, NAME.pub.pem.",
      ""
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  vhost-dp tck key me.pem",
      "  install -D -m 644 me.pub.pem ~/.config/vhost-dp/trust/self/me.pem",
      "",
      "Exit codes: 0 made, 1 not made, 2 wrong options."
    })
final class TckKeyCommand implements Callable<Integer> {
  @Parameters(paramLabel = "NEW.pem", description = "Where the private key goes: a new file.")
  private Path file;

  @Option(names = "--json", description = "Show it as JSON.")
  private boolean json;

  @Mixin private CommonOptions common;
  @Spec private CommandSpec spec;

  /** For picocli. */
  TckKeyCommand() {}

  @Override
  public Integer call() throws Refused {
    SigningKey key = SigningKey.generate();
    key.write(file);
    Path open = SigningKey.publicFile(file);
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      Map<String, Object> made = new LinkedHashMap<>();
      made.put("keyid", key.publicKey().id());
      made.put("private", file.toString());
      made.put("public", open.toString());
      out.println(Json.pretty(made));
    } else {
      out.println(
          "private  %s: keep it secret; vhost-dp tck sign --key signs with it".formatted(file));
      out.println("public   %s: for the trust folders of those who trust you".formatted(open));
      out.println("id       " + key.publicKey().id());
    }
    return Exit.OK;
  }
}
