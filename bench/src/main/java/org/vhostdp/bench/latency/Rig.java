package org.vhostdp.bench.latency;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.vhostdp.bench.host.Workspace;
import org.vhostdp.bench.result.Row;
import org.vhostdp.bench.result.Sample;

/** All back-ends for one kind of ring, each with its own device of the same client. */
final class Rig implements AutoCloseable {
  private static final int FLOOD = 4_000_000;
  private static final int SETTLE_MILLIS = 200;

  private final ClientThread client;
  private final Workspace workspace = new Workspace();
  private final List<Attachment> started = new CopyOnWriteArrayList<>();
  private final Thread interrupted = new Thread(this::abandon, "latency abandoned");
  private final Attachment peer;
  private final Attachment ours;
  private final Attachment patient;

  /**
   * Starts and attaches them.
   *
   * @param withPatient whether a vhost-dp that polls longer is wanted too
   */
  Rig(ClientThread client, boolean packed, boolean withPatient)
      throws IOException, InterruptedException {
    this.client = client;
    Runtime.getRuntime().addShutdownHook(interrupted);
    try {
      ours = add(Attachment.vhostDp(workspace, packed, false));
      patient = withPatient ? add(Attachment.vhostDp(workspace, packed, true)) : null;
      peer = add(Attachment.testpmd(workspace, packed));
    } catch (IOException | InterruptedException | RuntimeException e) {
      close();
      throw e;
    }
  }

  private Attachment add(Attachment attachment) {
    started.add(attachment);
    return attachment;
  }

  /** As many frames as go, for so long, through each: code is compiled, memory mapped. */
  void warmUp(int bytes, int millis) throws IOException, InterruptedException {
    for (Attachment attachment : started) {
      Exchange exchange = exchange(attachment, bytes);
      attachment.resume();
      client.call(() -> exchange.run(FLOOD, FLOOD / 1000L * millis, 0));
      attachment.halt();
    }
  }

  private static Exchange exchange(Attachment attachment, int bytes) {
    return new Exchange(new NetWire(attachment.queue(), bytes), System::nanoTime);
  }

  /** All windows of a cell; windows of one round follow one another. */
  Row measure(Cell cell, int rounds, int millis) throws IOException, InterruptedException {
    Attachment mine = cell.patient() ? patient : ours;
    Exchange mineExchange = exchange(mine, cell.bytes());
    Exchange peerExchange = exchange(peer, cell.bytes());
    Map<String, List<Measured>> found = new LinkedHashMap<>();
    found.put(mine.side(), new ArrayList<>());
    found.put(peer.side(), new ArrayList<>());
    List<Sample> samples = new ArrayList<>();
    for (int round = 0; round < rounds; round++) {
      // The order changes too: whatever grows or wears off within a round favours nobody.
      for (boolean my : (round & 1) == 0 ? List.of(true, false) : List.of(false, true)) {
        Attachment side = my ? mine : peer;
        Measured window = window(side, my ? mineExchange : peerExchange, cell.rate(), millis);
        found.get(side.side()).add(window);
        samples.add(window.sample(side.side(), round));
      }
    }
    return new Row(cell.toString(), cell.parameters(), samples, RowNotes.of(found));
  }

  private Measured window(Attachment side, Exchange exchange, int rate, int millis)
      throws IOException, InterruptedException {
    try {
      side.resume();
      Measured window = window(client, side.pid(), exchange, rate, millis);
      side.halt();
      return window;
    } catch (IOException e) {
      throw new IOException(side.side() + ": " + e.getMessage(), e);
    }
  }

  /**
   * A window after a short one that is not counted.
   *
   * @param backPid process of the back-end, or -1
   */
  static Measured window(ClientThread client, long backPid, Exchange exchange, int rate, int millis)
      throws IOException, InterruptedException {
    client.call(() -> exchange.run(rate, frames(rate, SETTLE_MILLIS), SETTLE_MILLIS * 1_000_000L));
    Probe before = Probe.now(backPid);
    Window window =
        client.call(() -> exchange.run(rate, frames(rate, millis), millis * 1_000_000L));
    return new Measured(window, before.since());
  }

  private static long frames(int rate, int millis) {
    return Math.max(1, (long) rate * millis / 1000);
  }

  /** The command is being ended from outside, in the middle of a window. */
  private void abandon() {
    started.forEach(Attachment::end);
    try {
      workspace.close();
    } catch (IOException e) {
      System.err.println("bench: " + e.getMessage());
    }
  }

  @Override
  public void close() throws IOException {
    try {
      Runtime.getRuntime().removeShutdownHook(interrupted);
    } catch (IllegalStateException e) {
      // The hook is running already and ends the back-ends.
      return;
    }
    started.reversed().forEach(Attachment::close);
    workspace.close();
  }
}
