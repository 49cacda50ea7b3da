package org.vhostdp.dist;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.vhostdp.attest.json.Json;
import org.vhostdp.attest.json.JsonRefused;

/** iperf3: a server in the lab or in a guest, and clients in guests. */
final class Iperf {
  private static final String PORT = "5201";
  private static final Duration START = Duration.ofSeconds(60);
  private static final String RESULT = "/tmp/iperf.json";

  private Iperf() {}

  /**
   * What a client measured.
   *
   * @param bits payload bits a second at the receiver
   * @param bytes payload bytes at the receiver
   * @param lostPercent datagrams lost, of UDP only
   */
  record Result(double bits, long bytes, double lostPercent) {
    /** Of the sums at the end only: what iperf3 writes before has some keys twice. */
    static Result of(String json) throws IOException {
      int sum = json.lastIndexOf("\"sum_received\":");
      int begin = json.indexOf('{', sum >= 0 ? sum : json.lastIndexOf("\"sum\":"));
      if (begin <= 0 || json.contains("\"error\":")) {
        throw new IOException("iperf3 said: " + json.substring(Math.max(0, json.length() - 300)));
      }
      Map<String, Object> all;
      try {
        all = Json.object(Json.read(json.substring(begin, json.indexOf('}', begin) + 1)));
      } catch (JsonRefused e) {
        throw new IOException("iperf3 said: " + json.substring(begin), e);
      }
      Object lost = all.get("lost_percent");
      return new Result(
          decimal(all.get("bits_per_second")),
          (long) decimal(all.get("bytes")),
          lost == null ? 0 : decimal(lost));
    }

    private static double decimal(Object number) {
      return ((Number) number).doubleValue();
    }

    /** For the summary. */
    String text() {
      return "%.2f Mbit/s".formatted(bits / 1e6);
    }
  }

  static void needed() {
    Needs.program("iperf3", "iperf3");
  }

  /** A server in the lab that takes one client after another, and ends with the lab. */
  static void serve(Lab lab, String address) throws IOException {
    List<String> words = List.of("iperf3", "-s", "--forceflush", "-B", address, "-p", PORT);
    lab.start(Duration.ofMinutes(5), Map.of(), words).awaitOutput("listening on", START);
  }

  /** A server in a guest that takes one client after another. */
  static void serve(LinuxGuest guest) throws IOException, InterruptedException {
    String listens = "ss -Hltn 'sport = :" + PORT + "' | grep -q .";
    guest.run(
        "iperf3 -s -D -p "
            + PORT
            + "; for i in $(seq 100); do "
            + listens
            + " && exit 0; sleep 0.2; done; exit 1");
  }

  /** Runs a client in a guest to its end. */
  static Result run(LinuxGuest guest, String server, String options)
      throws IOException, InterruptedException {
    return Result.of(guest.run(client(server, options)));
  }

  /**
   * Runs a client in a guest until it has moved so many bytes in its time: again, a few times, if
   * the machine had other things to do.
   */
  static Result run(LinuxGuest guest, String server, String options, long enough)
      throws IOException, InterruptedException {
    Result result = run(guest, server, options);
    for (int again = 0; again < 4 && result.bytes() <= enough; again++) {
      System.out.println("only " + result.text() + "; once more");
      result = run(guest, server, options);
    }
    return result;
  }

  /** Ends the client that {@link #start} began in a guest, and waits until the server is free. */
  static void stop(LinuxGuest guest, String server) throws IOException, InterruptedException {
    guest.run(
        "for p in /proc/[0-9]*; do read -r name <$p/comm && [ \"$name\" = iperf3 ]"
            + " && kill ${p#/proc/}; done 2>/dev/null; for i in $(seq 100); do iperf3 -c "
            + server
            + " -p "
            + PORT
            + " -n 4K >/dev/null 2>&1 && exit 0; sleep 0.2; done; exit 1");
  }

  /** Starts a client in a guest, which goes on while other commands run. */
  static void start(LinuxGuest guest, String server, String options)
      throws IOException, InterruptedException {
    guest.run(
        "rm -f %s; { %s; } >%s.part 2>&1 && mv %s.part %s &"
            .formatted(RESULT, client(server, options), RESULT, RESULT, RESULT));
  }

  /** Waits for the end of what {@link #start} began. */
  static Result result(LinuxGuest guest, Duration limit) throws IOException, InterruptedException {
    String wait = "for i in $(seq %d); do [ -e %s ] && exec cat %s; sleep 0.2; done; cat %s.part";
    return Result.of(guest.run(wait.formatted(limit.toMillis() / 200, RESULT, RESULT, RESULT)));
  }

  private static String client(String server, String options) {
    return "iperf3 -J --connect-timeout 20000 -c " + server + " -p " + PORT + " " + options;
  }
}
