package starter;

import com.amazonaws.services.lambda.runtime.Context;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;

/** Business code that a test steers, behind the generated handler. */
public class Probe extends UnitOfWork {
    private static final Path LOG = Path.of(System.getenv("PROBE_LOG"));
    private static final Path ATTEMPTS = Path.of(LOG + ".attempts");

    private static void note(Path path, String text) {
        try {
            Files.writeString(path, text + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException error) {
            throw new UncheckedIOException(error);
        }
    }

    private static long attemptOf(String key) {
        note(ATTEMPTS, key);
        try {
            return Files.readAllLines(ATTEMPTS).stream().filter(key::equals).count();
        } catch (IOException error) {
            throw new UncheckedIOException(error);
        }
    }

    private static long number(Map<String, Object> payload, String key) {
        return payload.get(key) instanceof Number found ? found.longValue() : 0;
    }

    @Override
    protected Map<String, Object> work(Map<String, Object> payload) {
        String id = (String) payload.get("id");
        long attempt = attemptOf(id);
        if (Boolean.TRUE.equals(payload.get("invalid"))) {
            throw new InvalidInput("wrong for good");
        }
        if (attempt <= number(payload, "crash")) {
            Runtime.getRuntime().halt(9);
        }
        if (attempt <= number(payload, "fail")) {
            throw new IllegalStateException("downstream is away");
        }
        try {
            Thread.sleep(number(payload, "wait_ms"));
        } catch (InterruptedException error) {
            throw new IllegalStateException(error);
        }
        note(LOG, id);
        return new HashMap<>(Map.of("id", id, "status", payload.getOrDefault("status", "done")));
    }

    private static Context context(long deadline) {
        return (Context) Proxy.newProxyInstance(
                Probe.class.getClassLoader(), new Class<?>[] {Context.class}, (self, method, none) -> switch (method.getName()) {
                    case "getRemainingTimeInMillis" -> (int) (deadline - System.currentTimeMillis());
                    case "getMemoryLimitInMB" -> 512;
                    case "getFunctionName", "getFunctionVersion", "getAwsRequestId", "getInvokedFunctionArn" -> "probe";
                    default -> null;
                });
    }

    public static void main(String[] arguments) throws IOException {
        Probe probe = new Probe();
        var lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            Map<String, Object> call = Json.read(line);
            long deadline = System.currentTimeMillis() + number(call, "left_ms");
            Context context = context(deadline);
            Map<String, Object> answer = new HashMap<>();
            try {
                answer.put("result", probe.handleRequest(Unwrap.object(call.get("event")), context));
            } catch (RuntimeException error) {
                answer.put("error", error.getClass().getSimpleName());
            }
            System.out.println("@@" + Json.write(answer));
        }
    }
}
