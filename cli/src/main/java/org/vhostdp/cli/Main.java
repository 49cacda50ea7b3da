package org.vhostdp.cli;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** The program {@code vhost-dp}. */
public final class Main {
  private Main() {}

  /** Runs a command and ends the process with its exit code. */
  public static void main(String[] args) {
    PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
    PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
    int code = execute(out, err, args);
    out.flush();
    err.flush();
    System.exit(code);
  }

  /** Runs a command with other streams; its exit code. */
  static int execute(PrintWriter out, PrintWriter err, String... args) {
    String[] words = withCommand(args);
    if (words.length > 0 && words[0].equals("run")) {
      RunArguments plain = RunArguments.plain(Arrays.asList(words).subList(1, words.length));
      if (plain != null) {
        return run(plain, out, err);
      }
    }
    return Commands.line(words.length == 0 ? "" : words[0]).setOut(out).setErr(err).execute(words);
  }

  private static int run(RunArguments arguments, PrintWriter out, PrintWriter err) {
    try {
      return new Run(arguments, out).call();
    } catch (Exception e) {
      return FailureReport.of(e, err);
    }
  }

  /**
   * The words "help COMMAND" ask for a command's help.
   *
   * <p>QEMU's conventions name no command, so options alone are those of run; they also say that
   * --print-capabilities stands above everything else.
   */
  static String[] withCommand(String[] args) {
    for (String arg : args) {
      if (arg.equals("--print-capabilities")) {
        return new String[] {"run", arg};
      }
    }
    if (args.length > 0 && args[0].equals("help")) {
      String[] words = Arrays.copyOfRange(args, 1, args.length + 1);
      words[args.length - 1] = "--help";
      return words;
    }
    if (args.length == 0 || !args[0].startsWith("-") || isOwn(args[0])) {
      return args;
    }
    for (String arg : args) {
      if (Commands.known(arg)) {
        return args;
      }
    }
    String[] words = new String[args.length + 1];
    words[0] = "run";
    System.arraycopy(args, 0, words, 1, args.length);
    return words;
  }

  private static boolean isOwn(String option) {
    return switch (option) {
      case "-h", "--help", "-V", "--version" -> true;
      default -> false;
    };
  }
}
