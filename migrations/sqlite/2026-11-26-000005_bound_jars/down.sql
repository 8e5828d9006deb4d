DROP TRIGGER jars_stay;
CREATE TRIGGER jars_never_go BEFORE DELETE ON jars
BEGIN
    SELECT RAISE(ABORT, 'rule: nothing is deleted from jars');
END;
