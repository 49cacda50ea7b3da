package org.vhostdp.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import org.vhostdp.attest.json.Json;
import org.vhostdp.cli.control.ControlClient;
import org.vhostdp.cli.control.ControlStream;
import org.vhostdp.cli.control.PortCapture;
import org.vhostdp.cli.text.Terminal;
import org.vhostdp.linux.Fd;
import org.vhostdp.linux.Io;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code vhost-dp capture}. */
@Command(
    name = "capture",
    description = {"Write a port's frames to a pcapng file, until Ctrl-C or a limit.", ""},
    footerHeading = "%nExamples:%n",
    footer = {
      "  vhost-dp capture vd0 -w vd0.pcapng",
      "  vhost-dp capture vd0 -w - --count 100 | tshark -r -",
      "  vhost-dp capture vd0 -w tx.pcapng --tx --queue 1 --snaplen 96 --seconds 10",
      "",
      "tx is what the guest sends (outbound in the file), rx what it receives (inbound).",
      "Offload metadata stands in the comments of packets.",
      "Frames are never held up; what cannot be written in time is counted.",
      "Exit codes: 0 done, 1 failed, 2 wrong options, or several instances run."
    })
final class CaptureCommand implements Callable<Integer> {
  private static final int WRITE = 1;
  private static final int CREATE = 0100;
  private static final int TRUNCATE = 01000;
  private static final int OWNER_ONLY = 0600;
  private static final int OUTPUT = 1;
  private static final int LOOK_MILLIS = 50;
  private static final int ANSWER_MILLIS = 30_000;

  @Parameters(paramLabel = "PORT", description = "The port, such as vd0.")
  private String port;

  @Option(
      names = {"-w", "--write"},
      paramLabel = "FILE",
      required = true,
      description = "The file, made anew, readable by its owner only; - is standard output.")
  private String file;

  @Option(names = "--snaplen", paramLabel = "N", description = "Keep N bytes of a frame (all).")
  private Long snapLength;

  @Option(names = "--count", paramLabel = "N", description = "End after N frames.")
  private Long count;

  @Option(names = "--seconds", paramLabel = "S", description = "End after S seconds.")
  private Long seconds;

  @Option(names = "--tx", description = "Only what the guest sends.")
  private boolean sent;

  @Option(names = "--rx", description = "Only what the guest receives.")
  private boolean received;

  @Option(names = "--queue", paramLabel = "N", description = "Only queue pair N, from 0.")
  private Long queue;

  @Mixin private InstanceChoice instance;
  @Mixin private CommonOptions common;
  @Spec private CommandSpec spec;

  /** For picocli. */
  CaptureCommand() {}

  @Override
  public Integer call() throws Exception {
    limit("--snaplen", snapLength, 1);
    limit("--count", count, 1);
    limit("--seconds", seconds, 1);
    limit("--queue", queue, 0);
    PrintWriter err = spec.commandLine().getErr();
    Path socket = instance.socket();
    try (StopSignal stop = StopSignal.asSuccess();
        Fd to = open();
        ControlStream stream = ControlClient.open(socket, request(), to)) {
      stream.next(ANSWER_MILLIS);
      err.println("Capturing " + port + "; Ctrl-C ends it.");
      err.flush();
      boolean going = true;
      while (going) {
        going = !stop.await(LOOK_MILLIS) && !stream.ready(0);
      }
      if (!stream.ready(0)) {
        stream.say(Map.of("end", true));
      }
      return summary(stream.next(ANSWER_MILLIS), err);
    }
  }

  private static void limit(String option, Long value, long least) throws CommandFailed {
    if (value != null && value < least) {
      throw new CommandFailed(
          Exit.USAGE, "%s %d is not a number from %d on.".formatted(option, value, least));
    }
  }

  private Fd open() throws IOException, CommandFailed {
    if (!file.equals("-")) {
      return Io.open(file, WRITE | CREATE | TRUNCATE, OWNER_ONLY);
    }
    if (Terminal.isThere()) {
      throw new CommandFailed(
          Exit.USAGE, "Standard output is a terminal; write to a file, or into a pipe.");
    }
    // The number stays standard output's own; only the second descriptor is closed.
    return Fd.of(OUTPUT).duplicate();
  }

  private Map<String, Object> request() {
    Map<String, Object> request = ControlClient.request(PortCapture.NAME);
    request.put("port", port);
    request.put("rx", received || !sent);
    request.put("tx", sent || !received);
    put(request, "snaplen", snapLength);
    put(request, "count", count);
    put(request, "seconds", seconds);
    put(request, "queue", queue);
    return request;
  }

  private static void put(Map<String, Object> request, String key, Long value) {
    if (value != null) {
      request.put(key, value);
    }
  }

  private static int summary(Map<String, Object> end, PrintWriter err) throws CommandFailed {
    if (end == null) {
      throw new CommandFailed("The instance ended; what was captured until then is written.");
    }
    err.println(
        "%d frames captured, %d dropped."
            .formatted(Json.number(end.get("frames")), Json.number(end.get("dropped"))));
    if (end.get("failure") != null) {
      throw new CommandFailed(end.get("failure").toString());
    }
    return Exit.OK;
  }
}
