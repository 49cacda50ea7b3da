package org.vhostdp.store;

import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import org.vhostdp.attest.Printable;

/** Why something failed, in words that fit into a sentence. */
public final class Cause {
  private Cause() {}

  /** What the innermost failure says, without a full stop. */
  public static String of(Throwable failure) {
    Throwable last = failure;
    while (last.getCause() != null && last.getCause() != last) {
      last = last.getCause();
    }
    String text =
        switch (last) {
          case AccessDeniedException e -> e.getFile() + ": access is denied";
          case NoSuchFileException e -> e.getFile() + ": there is none";
          case FileSystemException e when e.getReason() != null ->
              e.getFile() + ": " + e.getReason();
          default -> last.getMessage() == null ? last.getClass().getName() : last.getMessage();
        };
    String shown = Printable.of(text.strip());
    return shown.endsWith(".") ? shown.substring(0, shown.length() - 1) : shown;
  }
}
