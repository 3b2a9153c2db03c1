import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.util.JavacTask;
import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaFileObject;
import javax.tools.ToolProvider;

/** Parses every Java file below a folder, each by itself, and prints what is wrong: java Parse.java FOLDER. */
public class Parse {
    public static void main(String[] arguments) throws Exception {
        var compiler = ToolProvider.getSystemJavaCompiler();
        List<File> files;
        try (var paths = Files.walk(Path.of(arguments[0]))) {
            files = paths.filter(path -> path.toString().endsWith(".java")).map(Path::toFile).toList();
        }
        var found = new DiagnosticCollector<JavaFileObject>();
        var manager = compiler.getStandardFileManager(found, null, StandardCharsets.UTF_8);
        var sources = manager.getJavaFileObjectsFromFiles(files);
        var task = (JavacTask) compiler.getTask(null, manager, found, List.of("-proc:none"), null, sources);
        for (CompilationUnitTree unit : task.parse()) {
            var file = new File(unit.getSourceFile().toUri()).getName().replace(".java", "");
            for (var type : unit.getTypeDecls()) {
                if (type instanceof ClassTree named && !named.getSimpleName().contentEquals(file)) {
                    System.out.println(file + ".java holds " + named.getSimpleName());
                }
            }
        }
        for (Diagnostic<? extends JavaFileObject> one : found.getDiagnostics()) {
            System.out.println(one);
        }
    }
}
