DROP TRIGGER jars_stay ON jars;
DROP FUNCTION jars_stay();
CREATE TRIGGER jars_never_go BEFORE DELETE ON jars
    FOR EACH STATEMENT EXECUTE FUNCTION books_refuse('rule: nothing is deleted from jars');
COMMENT ON TABLE jars IS 'Cookie jars of Fragment logins, encrypted, a row for each version. Never changed, never deleted.';
