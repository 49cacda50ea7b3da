package org.vhostdp.rig;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/** Hands bytes on line by line, read as UTF-8; overlong lines are broken. Used by one thread. */
final class Lines extends OutputStream {
  private static final int LIMIT = 1 << 20;

  private final Consumer<String> reader;
  private final ByteArrayOutputStream line = new ByteArrayOutputStream();

  Lines(Consumer<String> reader) {
    this.reader = reader;
  }

  @Override
  public void write(int octet) {
    if (octet == '\n' || line.size() >= LIMIT) {
      flushLine();
    }
    if (octet != '\n' && octet != '\r') {
      line.write(octet);
    }
  }

  @Override
  public void write(byte[] bytes, int from, int length) {
    for (int i = from; i < from + length; i++) {
      write(bytes[i]);
    }
  }

  private void flushLine() {
    String text = line.toString(StandardCharsets.UTF_8);
    line.reset();
    reader.accept(text);
  }

  /** What stands after the last line's end. */
  @Override
  public void close() {
    if (line.size() > 0) {
      flushLine();
    }
  }
}
